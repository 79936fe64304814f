/** Names of runners: computed before anything is made, never random, never used again. */
import { digest } from './digest.ts';

/** Labels of Kubernetes hold 63 characters, and a Pod's name is the Job's plus a suffix of 6. */
const MAX_NAME = 57;
const SUFFIX = 10;

/**
 * `<namespace>-<pool>-<suffix>`, shortened in its head to fit; the suffix is a digest of (pool uid, handle or `-`, attempt),
 * so equal inputs have equal names and no two runners of any pool share one.
 */
export function runnerName(
  pool: { readonly namespace: string; readonly name: string; readonly uid: string },
  handle: string | null,
  attempt: number,
): string {
  const suffix = digest(`${pool.uid}\n${handle ?? '-'}\n${attempt}`);
  const head = `${pool.namespace}-${pool.name}`.replaceAll('.', '-').slice(0, MAX_NAME - SUFFIX - 1);
  return `${head.replace(/-+$/, '')}-${suffix}`;
}
