/**
 * What there is to say about a pool's images: what runners report is believed before what the spec says, since a tag can
 * be moved and a version mistyped. Only a version that the mode does not work with is worse than a warning.
 */
import { messageOf } from '../api/condition-advice.ts';
import type { ConditionReason } from '../api/conditions.ts';
import { tagKind } from '../api/image-tag.ts';
import {
  compareMinors,
  compareVersions,
  formatVersion,
  imageVersion,
  isTrueOf,
  MINIMUM_VERSION,
  parseVersion,
  type RunnerVersion,
  saidVersion,
} from '../api/runner-image.ts';
import { parseLabel } from '../api/runner-label.ts';
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';

/** `supported: true` with a reason other than `ImageVersionKnown` is a warning. */
export interface ImageVerdict {
  readonly supported: boolean;
  readonly reason: ConditionReason;
  readonly message: string;
}

type AuditedSpec = Pick<RunnerPoolSpec, 'mode' | 'runner' | 'containerMode' | 'labels'>;
type Warning = Omit<ImageVerdict, 'supported'>;

/**
 * `reported`: what runners of this very spec told Forgejo, in any order, as often as it comes. `shipped`: the version of the
 * default image. Null when the spec says no version, which only a spec does that is not valid.
 */
export function auditImage(spec: AuditedSpec, reported: readonly string[], shipped: RunnerVersion | null): ImageVerdict | null {
  const { runner, mode } = spec;
  const said = saidVersion(runner);
  const version = imageVersion(runner);
  if (said === null || version === null) return null;
  const versions = distinct(reported);
  const tooOld = versions.filter((each) => compareVersions(each, MINIMUM_VERSION[mode]) < 0);
  if (tooOld.length > 0)
    return { supported: false, reason: 'ImageUnsupported', message: messageOf('ImageUnsupported', unsupportedWords(spec, said, tooOld)) };
  const warnings = [...differing(runner, said, versions), ...floating(spec), ...old(runner, said, version, shipped)];
  const [first] = warnings;
  if (first === undefined) return { supported: true, reason: 'ImageVersionKnown', message: knownWords(runner) };
  return { supported: true, reason: first.reason, message: warnings.map(({ message }) => message).join(' ') };
}

/** Oldest first, so that the same runners in another order make the same text. What is no version can't be compared. */
function distinct(reported: readonly string[]): readonly RunnerVersion[] {
  const byText = new Map(reported.flatMap((text) => parseVersion(text) ?? []).map((version) => [formatVersion(version), version]));
  return [...byText.values()].toSorted(compareVersions);
}

function unsupportedWords({ mode, runner }: AuditedSpec, said: string, tooOld: readonly RunnerVersion[]): string {
  const minimum = formatVersion(MINIMUM_VERSION[mode]);
  return (
    `Runners report forgejo-runner ${listed(tooOld)} to Forgejo, and mode ${mode} needs ${minimum} or newer; ${whoSays(runner)} says ${said}. ` +
    'Nothing is stopped for it.'
  );
}

function knownWords({ image, version }: AuditedSpec['runner']): string {
  return `The runner image is ${image}${version === undefined ? '' : `, version ${version}`}.`;
}

function differing(runner: AuditedSpec['runner'], said: string, versions: readonly RunnerVersion[]): readonly Warning[] {
  const others = versions.filter((each) => !isTrueOf(said, each));
  if (others.length === 0) return [];
  const fact = `Runners report forgejo-runner ${listed(others)} to Forgejo, but ${whoSays(runner)} says ${said}.`;
  return [{ reason: 'ImageVersionDiffers', message: messageOf('ImageVersionDiffers', fact) }];
}

function floating(spec: AuditedSpec): readonly Warning[] {
  const fields = floatingFields(spec);
  if (fields.length === 0) return [];
  const tag = fields.length === 1 ? 'a tag that moves' : 'tags that move';
  const fact = `${fields.join(', ')}: named by ${tag}, so what runs can change without a change of the pool.`;
  return [{ reason: 'ImageFloating', message: messageOf('ImageFloating', fact) }];
}

/** Of a job's image `22-bookworm` is what people mean, and takes in its security fixes; `latest` can break a workflow any day. */
function floatingFields({ runner, containerMode, labels }: AuditedSpec): readonly string[] {
  const dind = containerMode.dind?.image;
  return [
    ...(tagKind(runner.image) === 'fixed' ? [] : ['spec.runner.image']),
    ...(dind === undefined || tagKind(dind) === 'fixed' ? [] : ['spec.containerMode.dind.image']),
    ...labels.flatMap((text, index) => {
      const label = parseLabel(text);
      const latest = label?.kind === 'docker' && label.image !== null && tagKind(label.image) === 'latest';
      return latest ? [`spec.labels[${index}]`] : [];
    }),
  ];
}

function old(runner: AuditedSpec['runner'], said: string, version: RunnerVersion, shipped: RunnerVersion | null): readonly Warning[] {
  if (shipped === null || compareMinors(version, shipped) >= 0) return [];
  const fact = `This operator ships with forgejo-runner ${formatVersion(shipped)}, and ${whoSays(runner)} says ${said}: an upgrade is due.`;
  return [{ reason: 'ImageOld', message: messageOf('ImageOld', fact) }];
}

function whoSays({ version }: AuditedSpec['runner']): string {
  return version === undefined ? 'the tag of spec.runner.image' : 'spec.runner.version';
}

function listed(versions: readonly RunnerVersion[]): string {
  return versions.map(formatVersion).join(', ');
}
