/**
 * The table as a whole. `golden/classify.txt` is the decision tree that it comes to, over every combination of the columns:
 * a column that decides nothing is left out, and `as (n)` stands for a subtree that was printed before. After a wanted change
 * `UPDATE_GOLDENS=1 npx vitest run test/pool/classify.test.ts` writes it anew.
 */
import { describe, expect, it } from 'vitest';
import { classify, TABLE } from '../../src/pool/classify.ts';
import type { Evidence } from '../../src/pool/evidence.ts';
import { ENDED_PHASES, LIVE_PHASES, type Phase } from '../../src/pool/model.ts';
import { COLUMNS, exploreEvidence, NOTHING_MISSING, printTree } from './support/evidence-space.ts';
import { golden } from './support/golden.ts';

const space = exploreEvidence();

describe('the table of phases', () => {
  it('answers every combination of what can be seen', () => {
    const product = Object.values(COLUMNS).reduce((total, values) => total * values.length, 1);
    expect(NOTHING_MISSING).toBe(true);
    expect(space.combinations).toBe(product);
  });

  it('has no row that no combination reaches, and none twice', () => {
    const rows = TABLE.map(({ row }) => row);
    expect(new Set(rows).size).toBe(rows.length);
    expect([...space.rowsHit].toSorted()).toEqual(rows.toSorted());
  });

  it('says of every row why', () => {
    expect(TABLE.filter(({ because }) => because.length < 10)).toEqual([]);
  });

  it('comes to the decision tree that was read and approved', () => {
    const tree = printTree(space.tree);
    expect(tree).toBe(golden('classify.txt', tree));
  });
});

/** A running assigned Job runner whose row is active. */
const BUSY: Evidence = {
  kind: 'Job',
  secret: true,
  workload: 'present',
  strayPod: 'none',
  pod: 'running',
  runs: true,
  end: 'none',
  row: 'active',
  handle: 'running',
  held: false,
  young: false,
  last: 'busy',
  overdue: false,
  countsEndedPod: false,
  offlineTrusted: true,
};
const STARTING: Evidence = { ...BUSY, pod: 'waiting', runs: false, row: 'undeclared', handle: 'waiting', last: 'starting' };
const ROW_ONLY: Evidence = { ...BUSY, secret: false, workload: 'none', pod: 'none', last: 'none' };

interface Case {
  readonly because: string;
  readonly seen: Evidence;
  readonly row: string;
  readonly phase: Phase;
}

const CASES: readonly Case[] = [
  {
    because: 'an answer with its credentials got lost: it is rendered again',
    seen: { ...ROW_ONLY, row: 'undeclared', held: true, young: true },
    row: '1a',
    phase: 'starting',
  },
  {
    because: 'an answer with its credentials got lost, and nobody has read a list since',
    seen: { ...ROW_ONLY, row: 'unknown', held: true, young: true },
    row: '1a',
    phase: 'starting',
  },
  {
    because: 'another replica’s answer may be on its way',
    seen: { ...ROW_ONLY, row: 'undeclared', young: true },
    row: '1b',
    phase: 'issued',
  },
  { because: 'nobody has its token', seen: { ...ROW_ONLY, row: 'offline' }, row: '1c', phase: 'stray' },
  {
    because: 'its credentials are in memory, but its objects were given up for longer than the grace',
    seen: { ...ROW_ONLY, row: 'undeclared', held: true },
    row: '1c',
    phase: 'stray',
  },
  {
    because: 'its credentials are in memory, and somebody has been running with them for longer than the grace',
    seen: { ...ROW_ONLY, row: 'idle', held: true },
    row: '1d',
    phase: 'inUse',
  },
  {
    because: 'its credentials are in memory and older than the grace, and its row is gone',
    seen: { ...ROW_ONLY, row: 'absent', held: true },
    row: '1e',
    phase: 'ended',
  },
  { because: 'a row that never declared itself is offline too', seen: { ...ROW_ONLY, row: 'undeclared' }, row: '1c', phase: 'stray' },
  { because: 'somebody may run a task with it', seen: { ...ROW_ONLY, row: 'active' }, row: '1d', phase: 'inUse' },
  {
    because: 'a terminating workload counts as none',
    seen: { ...ROW_ONLY, workload: 'terminating', row: 'absent' },
    row: '1e',
    phase: 'ended',
  },
  {
    because: 'a terminating workload whose row can not be read',
    seen: { ...ROW_ONLY, workload: 'terminating', row: 'unknown' },
    row: '1e',
    phase: 'ended',
  },
  { because: 'its Pods can not run any more', seen: { ...BUSY, strayPod: 'lost' }, row: '2a', phase: 'lost' },
  {
    because: 'the Pod of a deleted Job runs a task while the new Job has already ended with 2',
    seen: { ...BUSY, pod: 'terminated', end: 'noTask', strayPod: 'draining' },
    row: '2b',
    phase: 'draining',
  },
  { because: 'the list is older than the end', seen: { ...BUSY, end: 'done', row: 'unknown' }, row: '3a', phase: 'finishing' },
  { because: 'a task that is done takes its row with it', seen: { ...BUSY, end: 'done', row: 'absent' }, row: '3b', phase: 'completed' },
  { because: 'a task may end well after its deadline', seen: { ...BUSY, end: 'deadline', row: 'absent' }, row: '3b', phase: 'completed' },
  { because: 'the registration went in mid-task', seen: { ...BUSY, end: 'cancelled', row: 'absent' }, row: '3c', phase: 'cancelled' },
  { because: 'it was stopped while idle and keeps its row', seen: { ...BUSY, end: 'done', row: 'idle' }, row: '3d', phase: 'idleExit' },
  { because: 'its job was taken by another', seen: { ...BUSY, end: 'noTask', row: 'idle' }, row: '3e', phase: 'idleExit' },
  {
    because: 'it holds a task whose assignment it never heard of',
    seen: { ...BUSY, end: 'lostFetch', row: 'idle' },
    row: '3f',
    phase: 'failed',
  },
  {
    because: 'it never took its task before the deadline',
    seen: { ...BUSY, end: 'deadline', row: 'undeclared' },
    row: '3f',
    phase: 'failed',
  },
  { because: 'it was killed', seen: { ...BUSY, end: 'died', row: 'active' }, row: '3f', phase: 'failed' },
  {
    because: 'the Secret of the last answer may not show yet',
    seen: { ...STARTING, secret: false, young: true },
    row: '4a',
    phase: 'starting',
  },
  { because: 'a quota refused the Secret', seen: { ...STARTING, secret: false }, row: '4b', phase: 'failed' },
  {
    because: 'a quota refused the Secret, and an outage hid it for a while',
    seen: { ...STARTING, secret: false, last: 'other' },
    row: '4b',
    phase: 'failed',
  },
  {
    because: 'its Pod is gone, and its Job is about to say how it ended',
    seen: { ...BUSY, secret: false, pod: 'none', row: 'absent' },
    row: '4d',
    phase: 'detached',
  },
  {
    because: 'the replacement of an evicted Pod hangs for want of the Secret',
    seen: { ...BUSY, kind: 'Deployment', secret: false, pod: 'waiting', runs: false, row: 'offline', last: 'other' },
    row: '4c',
    phase: 'failed',
  },
  {
    because: 'the replacement hangs for want of the Secret, while the evicted Pod runs out its grace',
    seen: { ...BUSY, kind: 'Deployment', secret: false, pod: 'waiting', row: 'offline', last: 'other' },
    row: '4d',
    phase: 'detached',
  },
  {
    because: 'the same, and its registration is gone too',
    seen: { ...BUSY, kind: 'Deployment', secret: false, pod: 'waiting', row: 'absent', last: 'other' },
    row: '6',
    phase: 'deregistered',
  },
  {
    because: 'a daemon whose registration is gone lives for ever, and counts until its Pod has ended',
    seen: { ...BUSY, kind: 'Deployment', secret: false, row: 'absent', last: 'other' },
    row: '6',
    phase: 'deregistered',
  },
  { because: 'a running Pod keeps the files of its Secret', seen: { ...BUSY, secret: false }, row: '4d', phase: 'detached' },
  {
    because: 'its Job may not show yet',
    seen: { ...STARTING, workload: 'none', pod: 'none', young: true },
    row: '5a',
    phase: 'starting',
  },
  {
    because: 'just registered: no list can know the row yet',
    seen: { ...STARTING, workload: 'none', pod: 'none', young: true, row: 'unknown', last: 'none' },
    row: '5a',
    phase: 'starting',
  },
  { because: 'a webhook refused its Job', seen: { ...STARTING, workload: 'none', pod: 'none' }, row: '5b', phase: 'failed' },
  {
    because: 'it has declared itself: its credentials are used',
    seen: { ...STARTING, workload: 'none', pod: 'none', young: true, row: 'idle' },
    row: '5c',
    phase: 'ended',
  },
  {
    because: 'it was stopped before it declared itself',
    seen: { ...STARTING, workload: 'none', pod: 'none', young: true, last: 'other' },
    row: '5c',
    phase: 'ended',
  },
  {
    because: 'a Deployment goes on for ever without its row',
    seen: { ...BUSY, kind: 'Deployment', row: 'absent' },
    row: '6',
    phase: 'deregistered',
  },
  { because: 'it had a Pod', seen: { ...BUSY, pod: 'none', row: 'idle' }, row: '7a', phase: 'finishing' },
  {
    because: 'the Job counts a Pod that was never seen',
    seen: { ...STARTING, pod: 'none', countsEndedPod: true },
    row: '7a',
    phase: 'finishing',
  },
  { because: 'its image can not be pulled', seen: { ...STARTING, overdue: true }, row: '7b', phase: 'stuck' },
  { because: 'its image is being pulled', seen: STARTING, row: '7c', phase: 'starting' },
  {
    because: 'a Deployment restarts its container',
    seen: { ...BUSY, kind: 'Deployment', pod: 'terminated', row: 'idle' },
    row: '7c',
    phase: 'starting',
  },
  { because: 'it was cancelled and does not know yet', seen: { ...BUSY, row: 'absent', handle: 'gone' }, row: '8', phase: 'finishing' },
  { because: 'it reports on a task', seen: { ...BUSY, handle: 'none' }, row: '9', phase: 'busy' },
  { because: 'its job runs, though its row does not show it yet', seen: { ...BUSY, row: 'undeclared' }, row: '9', phase: 'busy' },
  { because: 'it can not reach Forgejo', seen: { ...STARTING, pod: 'running', overdue: true }, row: '10a', phase: 'stuck' },
  { because: 'it has not reached Forgejo yet', seen: { ...STARTING, pod: 'running' }, row: '10b', phase: 'starting' },
  { because: 'a warm runner waits', seen: { ...BUSY, row: 'idle', handle: 'none' }, row: '11a', phase: 'idle' },
  { because: 'its job is never handed out', seen: { ...BUSY, row: 'idle', handle: 'waiting', overdue: true }, row: '11b', phase: 'stuck' },
  { because: 'it is about to fetch its job', seen: { ...BUSY, row: 'idle', handle: 'waiting' }, row: '11c', phase: 'starting' },
  {
    because: 'Forgejo is away and the status says idle',
    seen: { ...BUSY, row: 'unknown', handle: 'none', last: 'idle' },
    row: '12',
    phase: 'idle',
  },
  {
    because: 'Forgejo is away and nobody knows',
    seen: { ...BUSY, row: 'unknown', handle: 'none', last: 'none' },
    row: '12',
    phase: 'busy',
  },
  {
    because: 'Forgejo itself has just come back',
    seen: { ...BUSY, row: 'offline', handle: 'none', last: 'idle', offlineTrusted: false },
    row: '12',
    phase: 'idle',
  },
  {
    because: 'it has been silent while Forgejo answered',
    seen: { ...BUSY, row: 'offline', handle: 'none', last: 'idle' },
    row: '13',
    phase: 'silent',
  },
];

describe('the phase of a runner', () => {
  it.each(CASES)('is $phase by row $row: $because', ({ seen, row, phase }) => {
    expect(classify(seen)).toEqual({ row, phase });
  });

  it('is asked for by these cases for every row of the table', () => {
    const asked = new Set(CASES.map(({ row }) => row));
    expect(TABLE.map(({ row }) => row).filter((row) => !asked.has(row))).toEqual([]);
  });

  it('is each phase but those that only memory gives', () => {
    const given = new Set<Phase>(CASES.map(({ phase }) => phase));
    expect([...LIVE_PHASES, ...ENDED_PHASES].filter((phase) => !given.has(phase))).toEqual(['stopping']);
  });
});
