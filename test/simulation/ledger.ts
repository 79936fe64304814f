/**
 * Why a task may have been lost: what was done to its runner, and when. A task that fails without an entry here was lost by
 * the operator. Graceful ends (an eviction, a dropped Job, a deletion by hand) make no entry: the shield must work.
 */
export interface Ledger {
  /** Something at that moment, or from then on, may cost this runner its task. `at`: clock, ms. */
  explain(runner: string, at: number, reason: string): void;
  /** Why a task of that runner that ended then (clock, ms) may have failed; null when nothing explains it. */
  reasonFor(runner: string, endedAt: number): string | null;
  /** The runner's Pod is on a node that is not heard of: Kubernetes knows nothing true of it. */
  lostNode(runner: string): void;
  isOnLostNode(runner: string): boolean;
  /** That registration was deleted by a person. */
  deletedByHand(uuid: string): void;
  wasDeletedByHand(uuid: string): boolean;
  /** Its workload was deleted by a person. */
  droppedByHand(runner: string): void;
  wasDroppedByHand(runner: string): boolean;
  /** That runner's Secret was deleted by a person. */
  secretDeletedByHand(runner: string): void;
  wasSecretDeletedByHand(runner: string): boolean;
}

export function createLedger(): Ledger {
  const entries = new Map<string, { readonly at: number; readonly reason: string }[]>();
  const lost = new Set<string>();
  const deleted = new Set<string>();
  const secretsDeleted = new Set<string>();
  const dropped = new Set<string>();

  return {
    explain(runner, at, reason) {
      entries.set(runner, [...(entries.get(runner) ?? []), { at, reason }]);
    },
    reasonFor: (runner, endedAt) => entries.get(runner)?.find((entry) => entry.at <= endedAt)?.reason ?? null,
    lostNode: (runner) => void lost.add(runner),
    deletedByHand: (uuid) => void deleted.add(uuid),
    wasDeletedByHand: (uuid) => deleted.has(uuid),
    droppedByHand: (runner) => void dropped.add(runner),
    wasDroppedByHand: (runner) => dropped.has(runner),
    secretDeletedByHand: (runner) => void secretsDeleted.add(runner),
    wasSecretDeletedByHand: (runner) => secretsDeleted.has(runner),
    isOnLostNode: (runner) => lost.has(runner),
  };
}
