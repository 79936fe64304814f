import { describe, expect, it } from 'vitest';
import { type Evidence, endedBy, endOf, gatherEvidence } from '../../src/pool/evidence.ts';
import { ENDED_PHASES, LIVE_PHASES, type Phase, type World } from '../../src/pool/model.ts';
import type { ObservedPod } from '../../src/pool/observed.ts';
import { joinSlots, type Slot } from '../../src/pool/slots.ts';
import {
  aJob,
  answered,
  aRunningJob,
  aWorld,
  deploymentOf,
  endsSeen,
  HANDLE,
  holding,
  jobEnd,
  jobOf,
  now,
  podOf,
  remembered,
  rowOf,
  running,
  secondsAgo,
  secondsAhead,
  secretOf,
  tagsOf,
  terminated,
  unavailable,
  undeclaredRowOf,
  type WorldParts,
  waiting,
  warmTagsOf,
} from './support/builders.ts';

const R = tagsOf('r');
const WARM = warmTagsOf('r');
/** Secret, Job and running Pod of an assigned runner that is known to Forgejo. */
const RUNNING: WorldParts = { secrets: [secretOf(R)], workloads: [jobOf(R)], pods: [podOf(R)], rows: [rowOf(R)] };

function only(world: World): Slot {
  const [slot, ...others] = joinSlots(world);
  if (slot === undefined || others.length > 0) throw new Error('one slot is expected');
  return slot;
}

function evidence(parts: WorldParts): Evidence {
  const world = aWorld(parts);
  return gatherEvidence(only(world), world);
}

interface Row<K extends keyof Evidence> {
  readonly because: string;
  readonly parts: WorldParts;
  readonly seen: Evidence[K];
}

describe('the row of a registration', () => {
  const rows: readonly Row<'row'>[] = [
    { because: 'it is listed, declared and idle', parts: RUNNING, seen: 'idle' },
    { because: 'it reports on a task', parts: { ...RUNNING, rows: [rowOf(R, { status: 'active' })] }, seen: 'active' },
    { because: 'it is silent', parts: { ...RUNNING, rows: [rowOf(R, { status: 'offline' })] }, seen: 'offline' },
    { because: 'it has no version', parts: { ...RUNNING, rows: [undeclaredRowOf(R)] }, seen: 'undeclared' },
    {
      because: 'our own question made it active before it ever declared itself',
      parts: { ...RUNNING, rows: [undeclaredRowOf(R, { status: 'active' })] },
      seen: 'active',
    },
    { because: 'a complete list that began after the registration lacks it', parts: { ...RUNNING, rows: [] }, seen: 'absent' },
    { because: 'Forgejo can not be asked', parts: { ...RUNNING, forgejo: unavailable() }, seen: 'unknown' },
    {
      because: 'the list began at the very moment of the registration',
      parts: { ...RUNNING, forgejo: answered({ registrationsReadAt: secondsAgo(120) }) },
      seen: 'unknown',
    },
    {
      because: 'the list began a millisecond after the registration',
      parts: { ...RUNNING, forgejo: answered({ registrationsReadAt: secondsAgo(120) + 1 }) },
      seen: 'absent',
    },
    {
      because: 'a paged walk may have missed it',
      parts: { ...RUNNING, forgejo: answered({ registrationsComplete: false }) },
      seen: 'unknown',
    },
    {
      because: 'the same id with another uuid is another registration',
      parts: { ...RUNNING, rows: [rowOf(R, { uuid: 'another', ownership: null })] },
      seen: 'absent',
    },
    {
      because: 'nobody knows which registration it is',
      parts: { secrets: [secretOf(tagsOf('r', { registration: null }))] },
      seen: 'unknown',
    },
    {
      because: 'without issued-at the newest object is the latest that it can have been issued',
      parts: {
        secrets: [secretOf(tagsOf('r', { issuedAt: null }), { createdAt: secondsAgo(60) })],
        workloads: [jobOf(tagsOf('r', { issuedAt: null }), { createdAt: secondsAgo(6) })],
      },
      seen: 'unknown',
    },
    {
      because: 'without issued-at, a list that began 5 s after the newest object',
      parts: {
        secrets: [secretOf(tagsOf('r', { issuedAt: null }), { createdAt: secondsAgo(60) })],
        workloads: [jobOf(tagsOf('r', { issuedAt: null }), { createdAt: secondsAgo(7) })],
      },
      seen: 'absent',
    },
    {
      because: 'a Pod alone does not say when it was issued',
      parts: { pods: [podOf(tagsOf('r', { issuedAt: null }))] },
      seen: 'unknown',
    },
  ];
  it.each(rows)('is $seen: $because', ({ parts, seen }) => expect(evidence(parts).row).toBe(seen));
});

describe('the row of a runner that has ended', () => {
  const SEEN_NOW = null;
  /** It ended an hour ago by its node's clock; the list began one second ago. */
  const ended = (seenBefore: number | null, parts: WorldParts = {}): WorldParts => ({
    ...RUNNING,
    pods: [podOf(R, { state: terminated(0, { finishedAt: secondsAgo(3600) }) })],
    ...parts,
    memory: { ...parts.memory, endSeenAt: new Map(seenBefore === null ? [] : [['r', secondsAgo(seenBefore)]]) },
  });
  const rows: readonly Row<'row'>[] = [
    { because: 'the list began a millisecond after this process saw the end', parts: ended(1.001), seen: 'idle' },
    { because: 'the list began at the very moment at which this process saw the end', parts: ended(1), seen: 'unknown' },
    { because: 'this process sees the end only now, however long ago it was', parts: ended(SEEN_NOW), seen: 'unknown' },
    {
      because: 'this process saw the end before the list began, whatever a node’s fast clock says',
      parts: ended(2, { pods: [podOf(R, { state: terminated(0, { finishedAt: secondsAhead(3600) }) })] }),
      seen: 'idle',
    },
    {
      because: 'this process saw another runner’s end before the list began',
      parts: { ...ended(SEEN_NOW), memory: { endSeenAt: new Map([['another', secondsAgo(60)]]) } },
      seen: 'unknown',
    },
    {
      because: 'the Job’s own condition is a time of Kubernetes too',
      parts: ended(SEEN_NOW, { pods: [], workloads: [jobOf(R, { end: jobEnd({ at: secondsAgo(3600) }) })] }),
      seen: 'unknown',
    },
    { because: 'only a list after the end can lack it', parts: ended(SEEN_NOW, { rows: [] }), seen: 'unknown' },
    { because: 'it was absent after the end', parts: ended(60, { rows: [] }), seen: 'absent' },
    {
      because: 'a Job that is kept for its logs lost its Secret after its row, whatever Forgejo says now',
      parts: ended(60, { secrets: [], forgejo: unavailable(), runners: [remembered('r', { phase: 'completed' })] }),
      seen: 'absent',
    },
    {
      because: 'a Job that is kept for its logs is forgotten by the status',
      parts: ended(60, { secrets: [], forgejo: unavailable() }),
      seen: 'absent',
    },
    {
      because: 'a Job that is kept for its logs is new to this process: no list has to say so again',
      parts: ended(SEEN_NOW, { secrets: [], rows: [] }),
      seen: 'absent',
    },
    { because: 'a Job without a Secret still has its row', parts: ended(60, { secrets: [] }), seen: 'idle' },
    {
      because: 'its Secret was deleted before it ended',
      parts: ended(60, { secrets: [], forgejo: unavailable(), runners: [remembered('r', { phase: 'detached' })] }),
      seen: 'unknown',
    },
    {
      because: 'its credentials are in memory',
      parts: ended(60, { secrets: [], forgejo: unavailable(), memory: holding(R) }),
      seen: 'unknown',
    },
  ];
  it.each(rows)('is $seen: $because', ({ parts, seen }) => expect(evidence(parts).row).toBe(seen));
});

describe('the handle of a runner', () => {
  const rows: readonly Row<'handle'>[] = [
    { because: 'a warm runner has none', parts: { secrets: [secretOf(WARM)], jobs: [aJob(1)] }, seen: 'none' },
    { because: 'its job waits', parts: { ...RUNNING, jobs: [aJob(1, { handle: HANDLE })] }, seen: 'waiting' },
    { because: 'its job runs', parts: { ...RUNNING, jobs: [aRunningJob(1, 35, { handle: HANDLE })] }, seen: 'running' },
    { because: 'its job left the queue', parts: RUNNING, seen: 'gone' },
    { because: 'Forgejo can not be asked', parts: { ...RUNNING, forgejo: unavailable() }, seen: 'unknown' },
    {
      because: 'the queue was read before it was issued',
      parts: { ...RUNNING, forgejo: answered({ jobsReadAt: secondsAgo(120) }) },
      seen: 'unknown',
    },
    { because: 'nobody knows when it was issued', parts: { secrets: [secretOf(tagsOf('r', { issuedAt: null }))] }, seen: 'unknown' },
    {
      because: 'the queue was read before this process saw its end',
      parts: { ...RUNNING, pods: [podOf(R, { state: terminated(2) })], jobs: [aJob(1, { handle: HANDLE })] },
      seen: 'unknown',
    },
    {
      because: 'the queue was read when this process saw its end',
      parts: {
        ...RUNNING,
        pods: [podOf(R, { state: terminated(2) })],
        jobs: [aJob(1, { handle: HANDLE })],
        memory: { endSeenAt: new Map([['r', secondsAgo(1)]]) },
      },
      seen: 'unknown',
    },
    {
      because: 'the queue was read after this process saw its end, and its job still waits',
      parts: { ...RUNNING, pods: [podOf(R, { state: terminated(2) })], jobs: [aJob(1, { handle: HANDLE })], memory: endsSeen('r') },
      seen: 'waiting',
    },
    {
      because: 'the queue was read after this process saw its end, and its job left it',
      parts: { ...RUNNING, pods: [podOf(R, { state: terminated(2) })], memory: endsSeen('r') },
      seen: 'gone',
    },
  ];
  it.each(rows)('is $seen: $because', ({ parts, seen }) => expect(evidence(parts).handle).toBe(seen));
});

describe('the end of a runner', () => {
  const withPod = (state: ObservedPod['state'], end: Parameters<typeof jobEnd>[0] | null = null): WorldParts => ({
    ...RUNNING,
    workloads: [jobOf(R, { end: end === null ? null : jobEnd(end) })],
    pods: [podOf(R, { state })],
  });
  const withoutPod = (end: Parameters<typeof jobEnd>[0]): WorldParts => ({ ...withPod(running(), end), pods: [] });
  const failed = { type: 'Failed', reason: 'BackoffLimitExceeded' } as const;
  const rows: readonly Row<'end'>[] = [
    { because: 'it runs', parts: RUNNING, seen: 'none' },
    { because: 'its container ended well, though its Job does not say so yet', parts: withPod(terminated(0)), seen: 'done' },
    {
      because: 'OOMKilled with exit code 0 is a step that was killed',
      parts: withPod(terminated(0, { reason: 'OOMKilled' })),
      seen: 'done',
    },
    { because: 'exit code 2 says that no task was had', parts: withPod(terminated(2)), seen: 'noTask' },
    { because: 'exit code 75 says that the registration went', parts: withPod(terminated(75)), seen: 'cancelled' },
    { because: 'it was killed', parts: withPod(terminated(137)), seen: 'died' },
    { because: 'its registration was unknown', parts: withPod(terminated(1)), seen: 'died' },
    {
      because: 'exit code 2, but it is known to hold a task',
      parts: { ...withPod(terminated(2)), runners: [remembered('r', { task: 35 })] },
      seen: 'lostFetch',
    },
    { because: 'a kubelet rejected its Pod', parts: withPod(terminated(null), failed), seen: 'died' },
    {
      because: 'without a container state Complete counts as 0',
      parts: withPod(terminated(null), { type: 'Complete' }),
      seen: 'done',
    },
    {
      because: 'without a container state the policy message gives the code',
      parts: withPod(terminated(null), { type: 'Failed', reason: 'PodFailurePolicy', exitCode: 75 }),
      seen: 'cancelled',
    },
    {
      because: 'the container’s own code counts before the Job’s condition',
      parts: withPod(terminated(0), { type: 'Failed', reason: 'DeadlineExceeded' }),
      seen: 'done',
    },
    {
      because: 'the grace after its deadline was over too',
      parts: withPod(terminated(137), { type: 'Failed', reason: 'DeadlineExceeded' }),
      seen: 'died',
    },
    {
      because: 'it was over its deadline, and no container says more',
      parts: withPod(terminated(null), { type: 'Failed', reason: 'DeadlineExceeded' }),
      seen: 'deadline',
    },
    { because: 'its Pod is gone and the Job is Complete', parts: withoutPod({ type: 'Complete' }), seen: 'done' },
    { because: 'its Pod is gone and the Job has failed', parts: withoutPod(failed), seen: 'died' },
    {
      because: 'its Pod is gone and the policy message gives the code',
      parts: withoutPod({ type: 'Failed', reason: 'PodFailurePolicy', exitCode: 2 }),
      seen: 'noTask',
    },
    {
      because: 'its Pod is gone since its deadline',
      parts: withoutPod({ type: 'Failed', reason: 'DeadlineExceeded' }),
      seen: 'deadline',
    },
    { because: 'its Job was dropped, its Pod has ended', parts: { ...withPod(terminated(0)), workloads: [] }, seen: 'done' },
    {
      because: 'another Job’s Pod has ended',
      parts: { ...RUNNING, pods: [podOf(R, { ownerUid: 'another', state: terminated(0) })] },
      seen: 'none',
    },
    {
      because: 'a Deployment never ends',
      parts: {
        ...RUNNING,
        workloads: [deploymentOf(R)],
        pods: [podOf(R, { ownerKind: 'ReplicaSet', state: terminated(1) })],
      },
      seen: 'none',
    },
  ];
  it.each(rows)('is $seen: $because', ({ parts, seen }) => expect(evidence(parts).end).toBe(seen));
});

describe('the time of an end', () => {
  function endAt(parts: WorldParts): number | undefined {
    const world = aWorld({ ...RUNNING, ...parts });
    return endOf(only(world), world)?.at;
  }
  const unfinished = [podOf(R, { state: terminated(null, { finishedAt: null }) })];

  it.each([
    {
      because: 'the container’s own counts first',
      parts: { pods: [podOf(R, { state: terminated(0, { finishedAt: secondsAgo(33) }) })] },
      at: secondsAgo(33),
    },
    {
      because: 'then the Job’s',
      parts: { pods: unfinished, workloads: [jobOf(R, { end: jobEnd({ at: secondsAgo(22) }) })] },
      at: secondsAgo(22),
    },
    {
      because: 'then when it was first seen',
      parts: { pods: unfinished, memory: { endSeenAt: new Map([['r', secondsAgo(11)]]) } },
      at: secondsAgo(11),
    },
    { because: 'else it is now', parts: { pods: unfinished }, at: now },
    {
      because: 'what it was before it ended says nothing of the end',
      parts: { pods: unfinished, runners: [remembered('r', { phase: 'busy', since: secondsAgo(600) })] },
      at: now,
    },
    {
      because: 'of a Job without a Pod',
      parts: { pods: [], workloads: [jobOf(R, { end: jobEnd({ at: secondsAgo(44) }) })] },
      at: secondsAgo(44),
    },
  ] satisfies { because: string; parts: WorldParts; at: number }[])('is the best that is known: $because', ({ parts, at }) => {
    expect(endAt(parts)).toBe(at);
  });

  it('counts for lists from when this process first saw it, else from now', () => {
    const finished = { ...RUNNING, pods: [podOf(R, { state: terminated(0, { finishedAt: secondsAgo(33) }) })] };
    const seen = aWorld({ ...finished, memory: { endSeenAt: new Map([['r', secondsAgo(11)]]) } });
    expect(endedBy(only(seen), seen)).toBe(secondsAgo(11));
    const unseen = aWorld(finished);
    expect(endedBy(only(unseen), unseen)).toBe(now);
  });

  it('is not known of what has not ended', () => {
    const world = aWorld(RUNNING);
    expect(endedBy(only(world), world)).toBeNull();
  });
});

describe('Pods that could still run something', () => {
  const deleted = (seconds: number): Partial<ObservedPod> => ({ deletionAt: secondsAhead(seconds) });
  const other = { name: 'r-other', ownerUid: 'an-earlier-job' };
  const gone = (seconds: number): WorldParts => ({ memory: { rowGoneSince: new Map([['r', secondsAgo(seconds)]]) } });
  const DELETED = { ...RUNNING, pods: [podOf(R, deleted(600))] };
  const OFFLINE = { ...DELETED, rows: [rowOf(R, { status: 'offline' })] };
  const ofDeployment = (changes: Partial<ObservedPod>): ObservedPod =>
    podOf(R, { ownerUid: 'a-replica-set', ownerKind: 'ReplicaSet', ...changes });
  const rows: readonly Row<'strayPod'>[] = [
    { because: 'its own Pod is no stray', parts: RUNNING, seen: 'none' },
    { because: 'its Pod was deleted and runs out its grace', parts: DELETED, seen: 'draining' },
    {
      because: 'its Pod was deleted while it waited',
      parts: { ...RUNNING, pods: [podOf(R, { ...deleted(600), state: waiting() })] },
      seen: 'draining',
    },
    {
      because: 'its deleted Pod has ended',
      parts: { ...RUNNING, pods: [podOf(R, { ...deleted(600), state: terminated(0) })] },
      seen: 'none',
    },
    { because: 'another Job’s Pod runs beside its own', parts: { ...RUNNING, pods: [podOf(R), podOf(R, other)] }, seen: 'draining' },
    {
      because: 'another Job’s Pod has ended',
      parts: { ...RUNNING, pods: [podOf(R), podOf(R, { ...other, state: terminated(0) })] },
      seen: 'none',
    },
    { because: 'its Job is gone', parts: { ...RUNNING, workloads: [] }, seen: 'draining' },
    { because: 'an orphaned Pod has no owner', parts: { pods: [podOf(R, { ownerUid: null, ownerKind: null })] }, seen: 'draining' },
    { because: 'a terminating Job counts as none', parts: { ...RUNNING, workloads: [jobOf(R, { terminating: true })] }, seen: 'draining' },
    {
      because: 'a Deployment replaces a deleted Pod at once',
      parts: { ...RUNNING, workloads: [deploymentOf(R)], pods: [ofDeployment({}), ofDeployment(deleted(600))] },
      seen: 'none',
    },
    { because: 'a Deployment is gone and its Pod runs', parts: { ...RUNNING, workloads: [], pods: [ofDeployment({})] }, seen: 'draining' },
    { because: 'the grace has been over for 65 s', parts: { ...RUNNING, pods: [podOf(R, deleted(-65))] }, seen: 'draining' },
    { because: 'the grace has been over for more than 65 s', parts: { ...RUNNING, pods: [podOf(R, deleted(-65.001))] }, seen: 'lost' },
    {
      because: 'the grace of one is over, another has just been deleted',
      parts: { ...RUNNING, pods: [podOf(R, deleted(-100)), podOf(R, { ...other, ...deleted(600) })] },
      seen: 'draining',
    },
    { because: 'its row was offline in lists over 120 s', parts: { ...OFFLINE, ...gone(121) }, seen: 'lost' },
    { because: 'its row was absent in lists over 120 s', parts: { ...DELETED, rows: [], ...gone(121) }, seen: 'lost' },
    { because: 'its row was offline in lists over less than 120 s', parts: { ...OFFLINE, ...gone(120.9) }, seen: 'draining' },
    { because: 'its row has come back', parts: { ...DELETED, ...gone(300) }, seen: 'draining' },
    {
      because: 'it was lost, and our own question a minute ago is why its row looks alive',
      parts: { ...DELETED, ...gone(300), runners: [remembered('r', { phase: 'lost', askedAt: secondsAgo(60) })] },
      seen: 'lost',
    },
    {
      because: 'its row looks alive for longer than a question explains',
      parts: { ...DELETED, ...gone(300), runners: [remembered('r', { phase: 'lost', askedAt: secondsAgo(75) })] },
      seen: 'draining',
    },
    {
      because: 'it was asked while it drained: nobody knew it dead',
      parts: { ...DELETED, ...gone(300), runners: [remembered('r', { phase: 'draining', askedAt: secondsAgo(60) })] },
      seen: 'draining',
    },
    { because: 'Forgejo has been away since', parts: { ...OFFLINE, ...gone(300), forgejo: unavailable() }, seen: 'draining' },
    {
      because: 'no list was read since',
      parts: { ...OFFLINE, ...gone(300), forgejo: answered({ registrations: OFFLINE.rows, registrationsReadAt: secondsAgo(299) }) },
      seen: 'draining',
    },
    {
      because: 'a Pod that nobody deleted may run as long as it likes',
      parts: { ...OFFLINE, workloads: [], pods: [podOf(R)], ...gone(300) },
      seen: 'draining',
    },
  ];
  it.each(rows)('are $seen: $because', ({ parts, seen }) => expect(evidence(parts).strayPod).toBe(seen));
});

describe('past its time to start', () => {
  const STARTING: WorldParts = { ...RUNNING, pods: [podOf(R, { state: waiting() })], rows: [undeclaredRowOf(R)] };
  const issued = (seconds: number): WorldParts => {
    const tags = tagsOf('r', { issuedAt: secondsAgo(seconds) });
    return { ...STARTING, secrets: [secretOf(tags)], workloads: [jobOf(tags)] };
  };
  const bare = (seconds: number): WorldParts => {
    const tags = tagsOf('r', { issuedAt: null });
    return { secrets: [secretOf(tags, { createdAt: secondsAgo(seconds) })], pods: [podOf(tags)] };
  };
  const last = (phase: Phase, seconds: number): WorldParts => ({
    ...issued(5000),
    runners: [remembered('r', { phase, since: secondsAgo(seconds) })],
  });
  const rows: readonly Row<'overdue'>[] = [
    { because: 'it was issued 900 s ago', parts: issued(900), seen: false },
    { because: 'it was issued more than 900 s ago', parts: issued(901), seen: true },
    { because: 'without issued-at its first object counts, with 5 s for the clocks', parts: bare(905), seen: false },
    { because: 'without issued-at its first object is too old', parts: bare(906), seen: true },
    { because: 'nothing says how old it is', parts: { pods: [podOf(tagsOf('r', { issuedAt: null }))] }, seen: false },
    { because: 'it has been starting for less', parts: last('starting', 900), seen: false },
    { because: 'it has been starting for longer', parts: last('starting', 901), seen: true },
    { because: 'it was an answer on its way: its registration counts', parts: last('issued', 10), seen: true },
    { because: 'it was idle before: its time begins now', parts: last('idle', 5000), seen: false },
    { because: 'what was stuck does not get its time again', parts: last('stuck', 1), seen: true },
  ];
  it.each(rows)('$seen: $because', ({ parts, seen }) => expect(evidence(parts).overdue).toBe(seen));
});

describe('the other columns', () => {
  it('take a registration for young while an answer may be on its way', () => {
    const issued = (seconds: number): WorldParts => ({ secrets: [secretOf(tagsOf('r', { issuedAt: secondsAgo(seconds) }))] });
    expect(evidence(issued(29.999)).young).toBe(true);
    expect(evidence(issued(30)).young).toBe(false);
    expect(evidence({ secrets: [secretOf(tagsOf('r', { issuedAt: null }))] }).young).toBe(false);
  });

  it('trust a row that is offline when Forgejo has answered for 120 s', () => {
    const since = (seconds: number): WorldParts => ({ ...RUNNING, forgejo: answered({ answeringSince: secondsAgo(seconds) }) });
    expect(evidence(since(119.999)).offlineTrusted).toBe(false);
    expect(evidence(since(120)).offlineTrusted).toBe(true);
    expect(evidence({ ...RUNNING, forgejo: unavailable() }).offlineTrusted).toBe(false);
  });

  it('say what is there of a runner', () => {
    expect(evidence(RUNNING)).toMatchObject({ kind: 'Job', secret: true, workload: 'present', pod: 'running', held: false, last: 'none' });
    expect(evidence({ memory: holding(R) })).toMatchObject({ secret: false, workload: 'none', pod: 'none', held: true });
    expect(evidence({ workloads: [jobOf(R, { terminating: true })] }).workload).toBe('terminating');
  });

  it('say whether any Pod of it runs, besides the one that speaks for it', () => {
    const ofReplicaSet = { ownerUid: 'a-replica-set', ownerKind: 'ReplicaSet' } as const;
    const evicted = podOf(R, { ...ofReplicaSet, name: 'r-evicted', deletionAt: secondsAhead(600) });
    const next = podOf(R, { ...ofReplicaSet, state: waiting() });
    const daemon: WorldParts = { workloads: [deploymentOf(R)], pods: [evicted, next] };
    expect(evidence(daemon)).toMatchObject({ pod: 'waiting', runs: true });
    expect(evidence({ ...daemon, pods: [next] })).toMatchObject({ pod: 'waiting', runs: false });
  });

  it('say whether the Job counts a Pod that has ended', () => {
    expect(evidence({ workloads: [jobOf(R, { countsEndedPod: true })] }).countsEndedPod).toBe(true);
    expect(evidence({ workloads: [jobOf(R)] }).countsEndedPod).toBe(false);
    expect(evidence({ workloads: [deploymentOf(R)] }).countsEndedPod).toBe(false);
  });

  it('reduce what the status last said to what the table asks', () => {
    const words = [...LIVE_PHASES, ...ENDED_PHASES].map((phase) => [
      phase,
      evidence({ ...RUNNING, runners: [remembered('r', { phase })] }).last,
    ]);
    const asked = {
      issued: 'starting',
      starting: 'starting',
      stuck: 'stuck',
      idle: 'idle',
      busy: 'busy',
      silent: 'silent',
      finishing: 'finishing',
    };
    expect(words.filter(([, word]) => word !== 'other')).toEqual(Object.entries(asked));
    expect(words).toHaveLength(LIVE_PHASES.length + ENDED_PHASES.length);
  });
});
