/** Whether an image of forgejo-runner is new enough, and goes on being the same. */
import { tagKind } from '../../api/image-tag.ts';
import { compareVersions, formatVersion, MINIMUM_VERSION, parseVersion, type RunnerVersion } from '../../api/runner-image.ts';
import { isRunnerImage, runnerVersionOf } from '../manifests/runner-images.ts';
import { type AuditFinding, findingAt, type Place } from './finding.ts';

/** `takesOneJob`: whether it runs `one-job`, which needs a newer one. At most one finding, the worst; none of any other image. */
export function checkRunnerImage(place: Place, line: number, image: string, takesOneJob: boolean): readonly AuditFinding[] {
  // A template is filled in elsewhere.
  if (!isRunnerImage(image) || /[${}]/.test(image)) return [];
  const version = runnerVersionOf(image);
  if (version !== null) {
    const tooOld = tooOldWords(version, takesOneJob);
    if (tooOld !== null) return [findingAt(place, 'runner-too-old', line, `Image ${image}: ${tooOld}.`)];
  }
  if (tagKind(image) === 'fixed') return [];
  return [findingAt(place, 'runner-image-floating', line, `Image ${image}: what runs can change without a change of this file.`)];
}

/** A version that is named outside of an image, `12.4.0`. */
export function checkRunnerVersion(place: Place, line: number, said: string): readonly AuditFinding[] {
  const version = parseVersion(said);
  const tooOld = version === null ? null : tooOldWords(version, false);
  return tooOld === null ? [] : [findingAt(place, 'runner-too-old', line, `forgejo-runner ${said}: ${tooOld}.`)];
}

function tooOldWords(version: RunnerVersion, takesOneJob: boolean): string | null {
  if (compareVersions(version, MINIMUM_VERSION.Persistent) < 0) return `older than ${formatVersion(MINIMUM_VERSION.Persistent)}`;
  if (!takesOneJob || compareVersions(version, MINIMUM_VERSION.Ephemeral) >= 0) return null;
  return `it runs one-job, and is older than ${formatVersion(MINIMUM_VERSION.Ephemeral)}, the first that takes a job by its handle`;
}
