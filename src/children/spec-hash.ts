/** One short text for everything in a spec that shapes a runner. */
import type { RunnerPoolSpec } from '../api/runnerpool.ts';
import { canonicalJson, digest } from '../pool/digest.ts';

/**
 * 10 characters that change when a runner made from `spec` would differ: `forgejo`, `mode`, `labels`, `runner`,
 * `containerMode`, `template`, `jobTimeoutSeconds`. Limits, polling, history, other deadlines and `paused` don't count, nor
 * does the rendering: an upgrade of the operator must not replace runners. The order of map keys is ignored.
 */
export function specHash(spec: RunnerPoolSpec): string {
  const { forgejo, mode, labels, runner, containerMode, template, jobTimeoutSeconds } = spec;
  return digest(canonicalJson({ forgejo, mode, labels, runner, containerMode, template, jobTimeoutSeconds }));
}
