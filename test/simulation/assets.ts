/** What every run needs from disk, read once. */
import { readFile } from 'node:fs/promises';
import { readController } from '../../src/dev/demo/embedded-world.ts';
import type { Assets } from './run.ts';

export async function readAssets(): Promise<Assets> {
  const script = new URL('../../src/children/entrypoint/one-job.sh', import.meta.url);
  return { controller: await readController(), oneJobScript: await readFile(script, 'utf8') };
}
