/** One short text for everything in a spec that shapes a runner. */
import type { RunnerPoolSpec } from '../api/runnerpool.ts';
import { canonicalJson, digest } from '../pool/digest.ts';

/** Every call asks for the hash of a spec that seldom changes. */
const hashes = new WeakMap<RunnerPoolSpec, string>();

/**
 * 10 characters that change when a runner made from `spec` would differ: `forgejo` (but for the token), `mode`, `labels`, `runner`,
 * `containerMode`, `template`, `jobTimeoutSeconds`. Limits, polling, history, other deadlines and `paused` don't count, nor
 * does the rendering: an upgrade of the operator must not replace runners. The order of map keys is ignored.
 */
export function specHash(spec: RunnerPoolSpec): string {
  const known = hashes.get(spec);
  if (known !== undefined) return known;
  const hash = hashOf(spec);
  hashes.set(spec, hash);
  return hash;
}

function hashOf(spec: RunnerPoolSpec): string {
  const { mode, labels, runner, containerMode, template, jobTimeoutSeconds } = spec;
  return digest(canonicalJson({ forgejo: forgejoOf(spec), mode, labels, runner, containerMode, template, jobTimeoutSeconds }));
}

/** The API token is the operator's: a runner never sees it, and another Secret for it replaces none. */
function forgejoOf({ forgejo }: RunnerPoolSpec): Omit<RunnerPoolSpec['forgejo'], 'tokenSecretRef'> {
  const { tokenSecretRef: _, ...rest } = forgejo;
  return rest;
}
