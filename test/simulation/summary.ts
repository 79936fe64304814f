/** What a simulation has come to, as text. */
import { gapsOf } from './coverage.ts';
import type { Load } from './load.ts';
import { type Tally, total } from './tally.ts';

export function summaryOf(tally: Tally, tookSeconds: number): string {
  const gaps = gapsOf(tally);
  return [
    `runs          ${tally.runs} (${tally.thin} below the floor), ${tookSeconds.toFixed(1)} s, ${(tally.runs / tookSeconds).toFixed(1)} runs/s`,
    `virtual time  ${(tally.virtualSeconds / 3600).toFixed(1)} h`,
    `syncs         ${tally.syncs}, status writes ${tally.statusWrites}, calls of Forgejo ${tally.calls}`,
    `jobs          ${tally.jobsQueued} queued: ${counts(tally.jobs)}`,
    `longest wait  ${seconds(tally.longestWaitMs)} from the last fault to the end of the last job that could run`,
    `dead runners  ${seconds(tally.records.deadMs)} at most from a death to the end of its job in Forgejo`,
    `cancels       ${seconds(tally.records.cancelMs)} at most from a cancel to the end of its runner`,
    `load          ${loads(tally.records.busiest)} at most in a minute and pool`,
    `quiet load    ${loads(tally.records.quietest)} at most without faults and without new Pods`,
    `faults        ${total(tally.faults)}`,
    ...lines(tally.faults),
    `rows          ${counts(tally.rows)}`,
    `transitions   ${counts(tally.transitions)}`,
    ...line('rows never visited', gaps.rows),
    ...line('transitions never seen', gaps.unseen),
    ...line('transitions nobody expects', gaps.unexpected),
  ].join('\n');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`;
}

function loads({ syncs, statusWrites, calls }: Load): string {
  return `${syncs} syncs, ${statusWrites} status writes, ${calls} calls of Forgejo`;
}

/** One kind a line, the most frequent first. */
function lines(of: Readonly<Record<string, number>>): readonly string[] {
  return sorted(of).map(([key, count]) => `  ${key.padEnd(24)}${String(count).padStart(8)}`);
}

function sorted(of: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  return Object.entries(of).toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}

function counts(of: Readonly<Record<string, number>>): string {
  return sorted(of)
    .map(([key, count]) => `${key} ${count}`)
    .join(', ');
}

function line(title: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`${title}: ${names.join(', ')}`];
}
