/** A runner that asks for work has none. */
import type { Judged } from './judge.ts';
import type { World } from './model.ts';
import { ACTIVE_AFTER_REPORT_MS, LISTS_AT_MOST_APART_MS, QUIET_DAEMON_MS, QUIET_ONE_JOB_MS } from './times.ts';

/**
 * It has read `idle` in a row of lists for so long that it must have polled (ADR 6): while it works it reports, and is
 * `active`; cut off it would be `offline` after 60 s. The entrypoint of an ephemeral runner speaks to Forgejo beside the
 * runner, hence its longer time. Lists that are too far apart for a report to show in one of them prove nothing, nor do those
 * that our own question has touched, nor does one row for two Pods.
 */
export function pollsForWork(slot: Judged, world: World): boolean {
  const idleSince = world.memory.rowIdleSince.get(slot.key);
  const { listed } = world.memory;
  if (slot.row?.status !== 'idle' || podsThatCanRun(slot) > 1) return false;
  if (idleSince === undefined || listed === null || world.forgejo.kind !== 'answered' || !showsEveryReport(world)) return false;
  const { registrationsReadAt } = world.forgejo.snapshot;
  const from = Math.max(idleSince, listed.since, (slot.remembered?.askedAt ?? 0) + ACTIVE_AFTER_REPORT_MS);
  return registrationsReadAt - from >= (slot.kind === 'Deployment' ? QUIET_DAEMON_MS : QUIET_ONE_JOB_MS);
}

/** The lists are read, and were read lately, so close together that each report of a runner shows in one. */
export function showsEveryReport({ forgejo, memory: { listed }, spec }: World): boolean {
  if (forgejo.kind !== 'answered' || listed === null || spec.pollIntervalSeconds * 1000 > LISTS_AT_MOST_APART_MS) return false;
  return forgejo.snapshot.registrationsReadAt - listed.last <= LISTS_AT_MOST_APART_MS;
}

export function podsThatCanRun(slot: Pick<Judged, 'pods'>): number {
  return slot.pods.filter(({ state }) => state.kind === 'running').length;
}
