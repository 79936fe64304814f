/** Which images hold forgejo-runner, told by their name. */
import { parseVersion, type RunnerVersion, saidVersion } from '../../api/runner-image.ts';

/** The official name under any registry or mirror, or an image that is called forgejo-runner. */
const RUNNER = /(^|\/)(forgejo\/runner|forgejo-runner)$/;

export function isRunnerImage(image: string): boolean {
  return RUNNER.test(repositoryOf(image));
}

/** Without tag and digest. */
export function repositoryOf(image: string): string {
  const name = image.split('@')[0] ?? '';
  const slash = name.lastIndexOf('/');
  const colon = name.indexOf(':', slash + 1);
  return colon === -1 ? name : name.slice(0, colon);
}

/** Null when the tag says none. A series such as `6` may hold its last version: of it the minor is as high as can be. */
export function runnerVersionOf(image: string): RunnerVersion | null {
  const version = parseVersion(saidVersion({ image }) ?? '');
  if (version !== null) return version;
  const major = /:v?([0-9]{1,3})(-[A-Za-z].*)?(@.*)?$/.exec(image)?.[1];
  return major === undefined ? null : { major: Number(major), minor: Number.MAX_SAFE_INTEGER, patch: 0 };
}
