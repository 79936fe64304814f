/** The shells that the scripts in runner Pods are made for. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Shells of the runner's image (busybox ash) and of Debian; bash is known to get a child's status wrong. */
export const MADE_FOR: readonly (readonly string[])[] = [['dash'], ['busybox', 'sh']];
/** Those that are here. */
export const shells = MADE_FOR.filter(([program = '']) => isInstalled(program));

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
