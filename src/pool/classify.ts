/**
 * The table that gives every slot its phase: the first row that fits wins, and the last rows fit always. Its order is the
 * argument: what is surely dead comes before what may be starting, and a Pod that could still run a task comes before
 * everything that would end it.
 */
import type { Evidence } from './evidence.ts';
import type { Phase } from './model.ts';

export interface Row {
  /** Number of the design's table, and a letter where one row has several outcomes. */
  readonly row: string;
  readonly because: string;
  readonly when: (seen: Evidence) => boolean;
  readonly phase: Phase | ((seen: Evidence) => Phase);
}

export interface Verdict {
  readonly row: string;
  readonly phase: Phase;
}

export function classify(seen: Evidence): Verdict {
  const found = TABLE.find(({ when }) => when(seen)) ?? LAST;
  return { row: found.row, phase: typeof found.phase === 'function' ? found.phase(seen) : found.phase };
}

const rowOnly = (seen: Evidence): boolean =>
  !seen.secret && seen.workload !== 'present' && seen.pod === 'none' && seen.end === 'none' && seen.strayPod === 'none';
const neverFurther = (seen: Evidence): boolean => seen.last === 'none' || seen.last === 'starting' || seen.last === 'stuck';
/** A Deployment never ends: a terminated container there is waiting for its restart. */
const podWaits = (seen: Evidence): boolean => seen.pod !== 'running';
const nothingRuns = (seen: Evidence): boolean => podWaits(seen) && !seen.runs;
const noPod = (seen: Evidence): boolean => seen.pod === 'none' || seen.pod === 'terminated';

/** The rule when nothing else fits; also the table's last row. */
const LAST: Row = { row: '13', because: 'running, silent for longer than an outage explains', when: () => true, phase: 'silent' };

export const TABLE: readonly Row[] = [
  { row: '1a', because: 'only a row, and its credentials are in memory', when: (s) => rowOnly(s) && s.held && s.young, phase: 'starting' },
  { row: '1b', because: 'only a row, younger than the grace', when: (s) => rowOnly(s) && s.young, phase: 'issued' },
  {
    row: '1c',
    because: 'only a row, and nobody uses it',
    when: (s) => rowOnly(s) && (s.row === 'offline' || s.row === 'undeclared'),
    phase: 'stray',
  },
  {
    row: '1d',
    because: 'only a row, but somebody runs with it',
    when: (s) => rowOnly(s) && (s.row === 'idle' || s.row === 'active'),
    phase: 'inUse',
  },
  { row: '1e', because: 'nothing that could run, and no row that is known', when: rowOnly, phase: 'ended' },

  { row: '2a', because: 'its deleted Pods can not run any more', when: (s) => s.strayPod === 'lost', phase: 'lost' },
  { row: '2b', because: 'a Pod runs out its grace, or is another Job’s', when: (s) => s.strayPod === 'draining', phase: 'draining' },

  { row: '3a', because: 'ended, but no list was read since', when: (s) => s.end !== 'none' && s.row === 'unknown', phase: 'finishing' },
  {
    row: '3b',
    because: 'its task took the registration with it',
    when: (s) => (s.end === 'done' || s.end === 'deadline') && s.row === 'absent',
    phase: 'completed',
  },
  { row: '3c', because: 'the registration went in mid-task', when: (s) => s.end === 'cancelled', phase: 'cancelled' },
  { row: '3d', because: 'it was stopped while idle', when: (s) => s.end === 'done', phase: 'idleExit' },
  { row: '3e', because: 'no task was to be had', when: (s) => s.end === 'noTask', phase: 'idleExit' },
  { row: '3f', because: 'it died, or its fetch got lost', when: (s) => s.end !== 'none', phase: 'failed' },

  {
    row: '4a',
    because: 'no Secret: it may be on its way',
    when: (s) => !s.secret && s.row !== 'active' && (s.held || s.young),
    phase: 'starting',
  },
  {
    row: '4b',
    because: 'its Secret was refused: it can never start',
    when: (s) =>
      !s.secret && nothingRuns(s) && (s.row === 'undeclared' || (s.row === 'absent' && (neverFurther(s) || s.pod === 'waiting'))),
    phase: 'failed',
  },
  {
    row: '4c',
    because: 'its Secret was deleted by hand, and no new Pod of its Deployment can start without',
    when: (s) => !s.secret && s.kind === 'Deployment' && nothingRuns(s) && (s.row === 'absent' || s.row === 'offline'),
    phase: 'failed',
  },
  {
    row: '4d',
    because: 'its Secret was deleted by hand, or is late and it is at work already',
    when: (s) => !s.secret && !(s.kind === 'Deployment' && s.row === 'absent'),
    phase: 'detached',
  },

  {
    row: '5a',
    because: 'its workload may be on its way',
    when: (s) => s.workload !== 'present' && noPod(s) && neverFurther(s) && s.young && (s.row === 'undeclared' || s.row === 'unknown'),
    phase: 'starting',
  },
  {
    row: '5b',
    because: 'its workload was refused',
    when: (s) => s.workload !== 'present' && noPod(s) && neverFurther(s) && s.row === 'undeclared',
    phase: 'failed',
  },
  {
    row: '5c',
    because: 'it was stopped, or its workload deleted by hand',
    when: (s) => s.workload !== 'present' && noPod(s),
    phase: 'ended',
  },

  { row: '6', because: 'its registration is gone', when: (s) => s.kind === 'Deployment' && s.row === 'absent', phase: 'deregistered' },

  {
    row: '7a',
    because: 'its Pod is gone and the Job will say how it ended',
    when: (s) => s.kind === 'Job' && s.pod === 'none' && (!neverFurther(s) || s.countsEndedPod),
    phase: 'finishing',
  },
  { row: '7b', because: 'its Pod has waited too long', when: (s) => podWaits(s) && s.overdue, phase: 'stuck' },
  { row: '7c', because: 'its Pod is being started', when: podWaits, phase: 'starting' },

  { row: '8', because: 'the registration is gone, the Pod will follow', when: (s) => s.row === 'absent', phase: 'finishing' },
  { row: '9', because: 'Forgejo sees it at work', when: (s) => s.row === 'active' || s.handle === 'running', phase: 'busy' },
  { row: '10a', because: 'running for long, never declared', when: (s) => s.row === 'undeclared' && s.overdue, phase: 'stuck' },
  { row: '10b', because: 'running, not yet declared', when: (s) => s.row === 'undeclared', phase: 'starting' },
  { row: '11a', because: 'declared, waiting for any job', when: (s) => s.row === 'idle' && s.handle === 'none', phase: 'idle' },
  { row: '11b', because: 'declared for long, but its job was not taken', when: (s) => s.row === 'idle' && s.overdue, phase: 'stuck' },
  { row: '11c', because: 'declared, about to take its job', when: (s) => s.row === 'idle', phase: 'starting' },
  {
    row: '12',
    because: 'running, and Forgejo can not tell: what was last known',
    when: (s) => s.row === 'unknown' || !s.offlineTrusted,
    phase: lastKnown,
  },
  LAST,
];

function lastKnown(seen: Evidence): Phase {
  return seen.last === 'none' || seen.last === 'other' ? 'busy' : seen.last;
}
