/** What a simulation has come to, as text. */
import { gapsOf } from './coverage.ts';
import { type Tally, total } from './tally.ts';

export function summaryOf(tally: Tally, seconds: number): string {
  const gaps = gapsOf(tally);
  return [
    `runs          ${tally.runs} (${tally.thin} below the floor), ${seconds.toFixed(1)} s, ${(tally.runs / seconds).toFixed(1)} runs/s`,
    `virtual time  ${(tally.virtualSeconds / 3600).toFixed(1)} h`,
    `syncs         ${tally.syncs}, status writes ${tally.statusWrites}, calls of Forgejo ${tally.calls}`,
    `jobs          ${tally.jobsQueued} queued: ${counts(tally.jobs)}`,
    `longest wait  ${(tally.longestWaitMs / 1000).toFixed(0)} s after the last fault`,
    `faults        ${total(tally.faults)}: ${counts(tally.faults)}`,
    `rows          ${counts(tally.rows)}`,
    `transitions   ${counts(tally.transitions)}`,
    ...line('rows never visited', gaps.rows),
    ...line('transitions never seen', gaps.unseen),
    ...line('transitions nobody expects', gaps.unexpected),
  ].join('\n');
}

function counts(of: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(of).toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return sorted.map(([key, count]) => `${key} ${count}`).join(', ');
}

function line(title: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`${title}: ${names.join(', ')}`];
}
