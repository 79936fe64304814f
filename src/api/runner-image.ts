/** Which forgejo-runner an image holds, and whether a pool's mode works with it. */
import type { RunnerPoolSpec } from './spec/runnerpool.ts';

export interface RunnerVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** `unpinned`: a floating tag (`latest`, `12`), a digest or no tag, without `runner.version`. */
export type RunnerImageCheck =
  | { readonly kind: 'supported'; readonly version: RunnerVersion }
  | { readonly kind: 'tooOld'; readonly version: RunnerVersion; readonly minimum: RunnerVersion }
  | { readonly kind: 'unpinned' };

/** `one-job --handle`, by which a runner takes the job it was made for, came with 12.8; 12.5 is the oldest that we support at all. */
export const MINIMUM_VERSION = {
  Ephemeral: { major: 12, minor: 8, patch: 0 },
  Persistent: { major: 12, minor: 5, patch: 0 },
} as const satisfies Readonly<Record<RunnerPoolSpec['mode'], RunnerVersion>>;

const VERSION = 'v?[0-9]{1,5}\\.[0-9]{1,5}(\\.[0-9]{1,5})?';
const SUFFIX = '(-[A-Za-z0-9_.-]+)?';
const DIGEST = '(@[a-z0-9]+:[0-9a-f]+)?';

/** An image whose tag is a version, with or without a suffix (`12.8.2-alpine`) and a digest. */
export const VERSION_TAG_PATTERN = `^[^@]*:${VERSION}${SUFFIX}${DIGEST}$`;

const tag = new RegExp(`^[^@]*:(${VERSION})${SUFFIX}${DIGEST}$`);
const version = new RegExp(`^(${VERSION})([-+][A-Za-z0-9_.+-]*)?$`);
const twoParts = /^v?[0-9]+\.[0-9]+$/;

/**
 * `12.8.2`, `v12.8.2` or `12.8` (patch 0), with or without a suffix (`-alpine`, `+dev`, `-3-gabc123`); null for anything
 * else, such as the `dev` that a forgejo-runner built without a version reports (internal/pkg/ver/version.go).
 */
export function parseVersion(text: string): RunnerVersion | null {
  const numbers = version.exec(text)?.[1];
  if (numbers === undefined) return null;
  const [major = 0, minor = 0, patch = 0] = numbers.replace(/^v/, '').split('.').map(Number);
  return { major, minor, patch };
}

export function formatVersion(version: RunnerVersion): string {
  return `${version.major}.${version.minor}.${version.patch}`;
}

/** Negative when `a` is older than `b`, 0 when they are the same. */
export function compareVersions(a: RunnerVersion, b: RunnerVersion): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

/** Negative when `a` is of an older minor version than `b`, 0 when both are of the same. */
export function compareMinors(a: RunnerVersion, b: RunnerVersion): number {
  return a.major - b.major || a.minor - b.minor;
}

/** `runner.version` when it is set, else the version in the tag of the image, as it is written; null when neither says it. */
export function saidVersion(runner: RunnerPoolSpec['runner']): string | null {
  return runner.version ?? tag.exec(runner.image)?.[1] ?? null;
}

/** What `saidVersion` says, as numbers. */
export function imageVersion(runner: RunnerPoolSpec['runner']): RunnerVersion | null {
  return parseVersion(saidVersion(runner) ?? '');
}

/** Whether the text says nothing against that version: `12.8` is true of every 12.8. */
export function isTrueOf(said: string, actual: RunnerVersion): boolean {
  const parsed = parseVersion(said);
  return parsed !== null && (twoParts.test(said) ? compareMinors : compareVersions)(parsed, actual) === 0;
}

export function checkRunnerImage(mode: RunnerPoolSpec['mode'], runner: RunnerPoolSpec['runner']): RunnerImageCheck {
  const version = imageVersion(runner);
  if (version === null) return { kind: 'unpinned' };
  const minimum = MINIMUM_VERSION[mode];
  return compareVersions(version, minimum) < 0 ? { kind: 'tooOld', version, minimum } : { kind: 'supported', version };
}

/** Regular expression (RE2 and JavaScript) for a bare version, or an image with a version tag, of at least that minor version. */
export function atLeastPattern(minimum: RunnerVersion): string {
  const minor = numberFrom(minimum.minor);
  const major = numberFrom(minimum.major + 1);
  return `^([^@]*:)?v?(${minimum.major}\\.${minor}|${major}\\.[0-9]+)(\\.[0-9]+)?${SUFFIX}${DIGEST}$`;
}

/** Pattern of the decimal numbers from `least` (0 to 99) on, without leading zeros. */
function numberFrom(least: number): string {
  const tens = Math.floor(least / 10);
  const ones = `[${least % 10}-9]`;
  if (tens === 0) return `(${ones}|[1-9][0-9]+)`;
  return tens === 9 ? `(9${ones}|[1-9][0-9]{2,})` : `(${tens}${ones}|[${tens + 1}-9][0-9]|[1-9][0-9]{2,})`;
}
