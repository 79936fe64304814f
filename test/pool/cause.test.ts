/**
 * Why runners died, in words: every recorded death (`golden/causes.txt`), and the rows of the table that no recording has.
 * After a wanted change `UPDATE_GOLDENS=1 npx vitest run test/pool/cause.test.ts` writes the golden anew.
 */
import { describe, expect, it, test } from 'vitest';
import { CAUSES, causeOf, causeOfLostTask, causeToRemember, noticeOf, wordsFor } from '../../src/pool/cause.ts';
import type { Death } from '../../src/pool/death.ts';
import { judge } from '../../src/pool/judge.ts';
import type { Cause } from '../../src/pool/model.ts';
import {
  deploymentOf,
  jobEnd,
  jobOf,
  podOf,
  remembered,
  rowOf,
  running,
  secondsAgo,
  secretOf,
  tagsOf,
  terminated,
  waiting,
  warmTagsOf,
} from './support/builders.ts';
import { golden } from './support/golden.ts';
import { type Before, NOTHING_BEFORE, recordedWorld, recordings, rememberedOf } from './support/recorded-worlds.ts';
import { endedJob, slotOf, worldOf } from './support/runners.ts';

const tags = tagsOf('a');
const warm = warmTagsOf('a');

const DIED: Death = {
  exitCode: 137,
  reason: 'Error',
  started: true,
  memoryLimit: null,
  eviction: null,
  disruption: null,
  deleted: false,
  dindOomKilled: false,
  seen: 'container',
  job: 'other',
  lost: false,
  fetchLost: false,
  refused: false,
  secret: true,
  registered: true,
};

const ROWS: readonly { readonly death: Partial<Death>; readonly is: string }[] = [
  { death: { reason: 'OOMKilled', memoryLimit: '2Gi' }, is: 'OOMKilled, limit 2Gi' },
  { death: { reason: 'OOMKilled' }, is: 'OOMKilled' },
  { death: { reason: 'Evicted', eviction: 'nodeMemory' }, is: 'evicted: node was low on memory' },
  { death: { reason: 'Evicted', eviction: 'nodeStorage' }, is: 'evicted: node was low on ephemeral-storage' },
  { death: { reason: 'Evicted', eviction: 'nodePids' }, is: 'evicted: node was low on pids' },
  { death: { reason: 'Evicted', eviction: 'nodeInodes' }, is: 'evicted: node was low on inodes' },
  { death: { reason: 'Evicted', eviction: 'storageLimit' }, is: 'evicted: it used more ephemeral-storage than its limit' },
  { death: { reason: 'Evicted', eviction: 'volumeLimit' }, is: 'evicted: a volume grew beyond its limit' },
  { death: { reason: 'Evicted' }, is: 'evicted: its node wanted its resources back' },
  { death: { reason: 'Evicted', started: false, exitCode: null }, is: 'turned down by its node: it had none to spare' },
  { death: { reason: 'OutOfpods', started: false, exitCode: null }, is: 'turned down by its node: OutOfpods' },
  { death: { disruption: 'TerminationByKubelet' }, is: 'ended by its node, which was shut down' },
  { death: { disruption: 'DeletionByTaintManager' }, is: 'its node was lost, or tainted with NoExecute' },
  {
    death: { disruption: 'PreemptionByScheduler', deleted: true },
    is: 'preempted by a Pod of higher priority, and its grace period was shorter than its job',
  },
  { death: { deleted: true }, is: 'its Pod was deleted, and its grace period was shorter than its job' },
  { death: { job: 'deadline', deleted: true }, is: 'its Job was active for longer than its deadline' },
  { death: { dindOomKilled: true, exitCode: 1 }, is: 'its dind container was OOMKilled' },
  { death: {}, is: 'killed (SIGKILL)' },
  { death: { exitCode: 143 }, is: 'ended by SIGTERM' },
  { death: { exitCode: 139 }, is: 'crashed (SIGSEGV)' },
  { death: { exitCode: 1 }, is: 'it ended with an error' },
  { death: { exitCode: 1, registered: false }, is: 'its registration was removed' },
  { death: { exitCode: 42 }, is: 'it ended with an error' },
  { death: { exitCode: null, reason: null }, is: 'its container has ended' },
  { death: { seen: 'waiting', exitCode: null, secret: false }, is: 'its Secret was not there' },
  { death: { seen: 'waiting', exitCode: null }, is: 'its workload was deleted before it had started' },
  { death: { seen: 'job', exitCode: null, job: 'disrupted' }, is: 'its Pod was evicted or preempted, or its node is gone' },
  { death: { seen: 'nothing', exitCode: null }, is: 'its Pod is gone' },
  { death: { lost: true, exitCode: null, seen: 'nothing' }, is: 'its node no longer answers' },
  { death: { fetchLost: true, exitCode: 2 }, is: 'the answer of its fetch got lost' },
  {
    death: { disruption: 'EvictionByEvictionAPI', deleted: true },
    is: 'evicted through the API (a drain), and its grace period was shorter than its job',
  },
  { death: { disruption: 'DeletionByPodGC', exitCode: null }, is: 'its node is gone' },
  { death: { reason: 'StartError', exitCode: 128 }, is: 'its command could not be started' },
  { death: { reason: 'ContainerStatusUnknown', started: false }, is: 'its Pod was deleted before it had started' },
  { death: { reason: 'Error', started: false, exitCode: null }, is: 'an init container failed' },
  { death: { seen: 'job', exitCode: null }, is: 'its Job failed' },
  {
    death: { seen: 'nothing', exitCode: null, refused: true },
    is: 'its workload could not be created; the events of the pool say why (kubectl describe runnerpool)',
  },
];

function recordedCauses(): readonly string[] {
  const last = new Map<string, Before>();
  return recordings().flatMap((recording) => {
    const before = last.get(recording.family) ?? NOTHING_BEFORE;
    const slots = judge(recordedWorld(recording, { when: 'now', before, annotations: true }));
    const after = rememberedOf(slots, before, recording.now);
    const later = judge(recordedWorld(recording, { when: 'later', before: after, annotations: true }));
    last.set(recording.family, after);
    return later
      .filter(({ phase }) => ['failed', 'lost', 'ended'].includes(phase))
      .map((slot) => `${recording.name} ${slot.phase}: ${causeOf(slot).reason}: ${noticeOf(causeOf(slot), slot.key)}`);
  });
}

describe('the recorded deaths', () => {
  it('have the words that were read and approved', () => {
    const lines = recordedCauses();
    expect(lines.length).toBeGreaterThan(30);
    const text = `${lines.join('\n')}\n`;
    expect(text).toBe(golden('causes.txt', text));
  });
});

describe('a death', () => {
  test.each(ROWS)('reads "$is"', ({ death, is }) => {
    expect(wordsFor({ ...DIED, ...death }).message).toBe(is);
  });

  test('is in one of these tests for every row of the table', () => {
    const tested = new Set(ROWS.map(({ death }) => CAUSES.findIndex(({ when }) => when({ ...DIED, ...death }))));
    expect(CAUSES.map((_, index) => index).filter((index) => !tested.has(index))).toEqual([]);
  });

  test('an OOMKilled step leaves no OOMKilled runner', () => {
    expect(wordsFor({ ...DIED, reason: 'OOMKilled', exitCode: 0 }).reason).toBe('Ended');
  });
});

describe('the line in the log of the job', () => {
  const cause = (changes: Partial<Cause> = {}): Cause => ({
    reason: 'OOMKilled',
    message: 'OOMKilled, limit 2Gi',
    exitCode: 137,
    ...changes,
  });

  test.each([
    { cause: cause(), line: 'the runner died: OOMKilled, limit 2Gi (runner ci-linux-abc, exit code 137)' },
    { cause: cause({ exitCode: null }), line: 'the runner died: OOMKilled, limit 2Gi (runner ci-linux-abc)' },
    {
      cause: { reason: 'FetchLost', message: 'the answer of its fetch got lost', exitCode: 2 },
      line: 'nobody works on this job: the answer of its fetch got lost (runner ci-linux-abc, exit code 2)',
    },
  ])('$line', ({ cause: because, line }) => {
    expect(noticeOf(because, 'ci-linux-abc')).toBe(line);
  });
});

describe('what was to be seen when it ended', () => {
  const evicted: Cause = { reason: 'Drained', message: 'evicted through the API', exitCode: 137 };

  test('is told although the Pod is gone when it can be judged', () => {
    const world = worldOf([
      {
        secret: secretOf(tags),
        workload: jobOf(tags, { end: jobEnd({ type: 'Failed', reason: 'PodFailurePolicy', disrupted: true }) }),
        row: rowOf(tags),
        memory: remembered('a', { phase: 'finishing', cause: evicted }),
        endSeenAt: secondsAgo(8),
      },
    ]);
    expect(causeOf(slotOf(world, 'a'))).toEqual(evicted);
    expect(causeToRemember(slotOf(world, 'a'))).toEqual(evicted);
  });

  test('gives way to what is to be seen now', () => {
    const own = endedJob(tags, 137, rowOf(tags), { cause: evicted });
    const pod = podOf(tags, { state: terminated(137, { reason: 'OOMKilled' }), memoryLimit: '512Mi' });
    expect(causeOf(slotOf(worldOf([{ ...own, pod }]), 'a')).message).toBe('OOMKilled, limit 512Mi');
  });

  test.each([
    { because: 'its job has ended', code: 0 },
    { because: 'no task was to be had', code: 2 },
    { because: 'its job was cancelled', code: 75 },
  ])('is remembered of no runner that ended well: $because', ({ code }) => {
    expect(causeToRemember(slotOf(worldOf([endedJob(tags, code, rowOf(tags))]), 'a'))).toBeNull();
  });

  test('is remembered of no runner that goes on', () => {
    const world = worldOf([{ secret: secretOf(tags), workload: jobOf(tags), pod: podOf(tags), row: rowOf(tags) }]);
    expect(causeToRemember(slotOf(world, 'a'))).toBeNull();
  });
});

describe('why a task of a runner that lives got lost', () => {
  const persistent = (...pods: readonly ReturnType<typeof podOf>[]) =>
    slotOf(
      worldOf([{ secret: secretOf(warm), workload: deploymentOf(warm), row: rowOf(warm) }], { pods, spec: { mode: 'Persistent' } }),
      'a',
    );
  const pod = (changes: Parameters<typeof podOf>[1] = {}) => podOf(warm, { ownerKind: 'ReplicaSet', ownerUid: 'rs', ...changes });

  test.each([
    {
      because: 'its container was restarted',
      slot: persistent(pod({ restarts: 1, lastExitCode: 137, lastReason: 'OOMKilled', memoryLimit: '2Gi' })),
      is: { reason: 'OOMKilled', message: 'OOMKilled, limit 2Gi', exitCode: 137 },
    },
    {
      because: 'its container is between two runs',
      slot: persistent(pod({ restarts: 2, lastExitCode: 1, lastReason: 'Error', state: waiting('CrashLoopBackOff') })),
      is: { reason: 'Failed', message: 'it ended with an error', exitCode: 1 },
    },
    {
      because: 'its Pod was evicted, and replaced',
      slot: persistent(
        pod({ createdAt: secondsAgo(600), state: terminated(137, { reason: 'Evicted' }), eviction: 'nodeMemory' }),
        pod({ name: 'a-2', createdAt: secondsAgo(20) }),
      ),
      is: { reason: 'Evicted', message: 'evicted: node was low on memory', exitCode: 137 },
    },
    {
      because: 'an earlier Pod ended well, so it had no task',
      slot: persistent(pod({ createdAt: secondsAgo(600), state: terminated(0) }), pod({ name: 'a-2', state: running() })),
      is: { reason: 'FetchLost', message: 'the answer of its fetch got lost', exitCode: null },
    },
    {
      because: 'nothing of it ever died',
      slot: persistent(pod()),
      is: { reason: 'FetchLost', message: 'the answer of its fetch got lost', exitCode: null },
    },
  ])('$because', ({ slot, is }) => {
    expect(causeOfLostTask(slot)).toEqual(is);
  });
});
