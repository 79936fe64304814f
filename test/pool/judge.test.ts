import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEnded, isLive, type Judged, judge } from '../../src/pool/judge.ts';
import { ENDED_PHASES, LIVE_PHASES, type Phase, type RememberedRunner } from '../../src/pool/model.ts';
import { arbitraryWorld, reordered } from './support/arbitrary-worlds.ts';
import {
  aWorld,
  deploymentOf,
  endsSeen,
  holding,
  jobEnd,
  jobOf,
  now,
  podOf,
  remembered,
  rowOf,
  SPEC_HASH,
  secondsAgo,
  secondsAhead,
  secretOf,
  tagsOf,
  terminated,
  unavailable,
  undeclaredRowOf,
  type WorldParts,
  waiting,
} from './support/builders.ts';

const R = tagsOf('r', { handle: null });
const YOUNG = tagsOf('r', { handle: null, issuedAt: secondsAgo(9) });
const IDLE: WorldParts = { secrets: [secretOf(R)], workloads: [jobOf(R)], pods: [podOf(R)], rows: [rowOf(R)] };

function only(parts: WorldParts): Judged {
  const [slot, ...others] = judge(aWorld(parts));
  if (slot === undefined || others.length > 0) throw new Error('one slot is expected');
  return slot;
}

describe('a judged runner', () => {
  it('says which row of the table gave its phase, and what that row saw', () => {
    expect(only(IDLE)).toMatchObject({ key: 'r', phase: 'idle', ruledBy: '11a', evidence: { row: 'idle', pod: 'running' } });
  });

  it('has its phase since the sync that first saw it', () => {
    expect(only(IDLE).since).toBe(now);
    expect(only({ ...IDLE, runners: [remembered('r', { phase: 'idle', since: secondsAgo(77) })] }).since).toBe(secondsAgo(77));
    expect(only({ ...IDLE, runners: [remembered('r', { phase: 'busy', since: secondsAgo(77) })] }).since).toBe(now);
  });

  it('is outdated when it was made from another spec', () => {
    const made = (specHash: string): WorldParts => ({ secrets: [secretOf(tagsOf('r', { specHash }))] });
    expect(only(made('spec-of-yesterday')).outdated).toBe(true);
    expect(only(made(SPEC_HASH)).outdated).toBe(false);
    expect(only(made('')).outdated, 'nothing says from which spec').toBe(false);
  });
});

describe('a runner that was being stopped', () => {
  const stopping = (parts: WorldParts): WorldParts => ({
    ...parts,
    runners: [remembered('r', { phase: 'stopping', since: secondsAgo(3) })],
  });
  const rows: readonly { readonly because: string; readonly parts: WorldParts; readonly phase: Phase }[] = [
    { because: 'an informer that lags still shows it idle', parts: IDLE, phase: 'stopping' },
    {
      because: 'an informer that lags still shows it starting',
      parts: { ...IDLE, pods: [], rows: [undeclaredRowOf(R)] },
      phase: 'stopping',
    },
    { because: 'Forgejo can not be read', parts: { ...IDLE, forgejo: unavailable() }, phase: 'stopping' },
    {
      because: 'its registration and its Secret are gone, its Deployment still shows, and its deleted Pod runs',
      parts: {
        workloads: [deploymentOf(R)],
        pods: [podOf(R, { ownerUid: 'a-replica-set', ownerKind: 'ReplicaSet', deletionAt: secondsAhead(600) })],
      },
      phase: 'stopping',
    },
    {
      because: 'its Pod runs out its grace',
      parts: { ...IDLE, workloads: [], pods: [podOf(R, { deletionAt: secondsAhead(600) })] },
      phase: 'draining',
    },
    {
      because: 'its Pod has ended, and no list was read since',
      parts: { ...IDLE, workloads: [], pods: [podOf(R, { state: terminated(0) })] },
      phase: 'finishing',
    },
    {
      because: 'its Pod has ended',
      parts: { ...IDLE, workloads: [], pods: [podOf(R, { state: terminated(0) })], memory: endsSeen('r') },
      phase: 'idleExit',
    },
    {
      because: 'its task took its row along',
      parts: { ...IDLE, workloads: [], pods: [podOf(R, { state: terminated(0) })], rows: [], memory: endsSeen('r') },
      phase: 'completed',
    },
    { because: 'nothing but its Secret is left', parts: { secrets: [secretOf(R)], rows: [rowOf(R)] }, phase: 'ended' },
    {
      because: 'nothing but its row is left, which is young: it is not rendered again',
      parts: { rows: [rowOf(tagsOf('r', { issuedAt: secondsAgo(9) }))], memory: { podsSeen: new Set(['r']) } },
      phase: 'ended',
    },
    {
      because: 'a Pod that was never seen polls on: an informer lags',
      parts: { secrets: [secretOf(YOUNG)], rows: [rowOf(YOUNG)] },
      phase: 'stopping',
    },
    {
      because: 'a Pod that was never seen may still start',
      parts: { secrets: [secretOf(YOUNG)], rows: [undeclaredRowOf(YOUNG)] },
      phase: 'stopping',
    },
    {
      because: 'its Pod was seen, and is gone',
      parts: { secrets: [secretOf(YOUNG)], rows: [rowOf(YOUNG)], memory: { podsSeen: new Set(['r']) } },
      phase: 'ended',
    },
    { because: 'nothing but its row is left, and nobody uses it', parts: { rows: [rowOf(R, { status: 'offline' })] }, phase: 'stray' },
  ];
  it.each(rows)('is $phase: $because', ({ parts, phase }) => {
    expect(only(stopping(parts)).phase).toBe(phase);
  });

  it('is not started anew when it had already ended', () => {
    const young = tagsOf('r', { handle: null, issuedAt: secondsAgo(9) });
    const parts: WorldParts = { memory: holding(young) };
    expect(only(parts).phase).toBe('starting');
    expect(only({ ...parts, runners: [remembered('r', { phase: 'ended' })] }).phase).toBe('ended');
    const late = { ...parts, workloads: [jobOf(young)], rows: [undeclaredRowOf(young)] };
    expect(only({ ...late, runners: [remembered('r', { phase: 'ended' })] }).phase, 'an informer that lags shows its Job').toBe('stopping');
  });

  it('has been so since it was stopped', () => {
    expect(only(stopping(IDLE)).since).toBe(secondsAgo(3));
  });
});

describe('a young runner that reports to Forgejo, and shows neither workload nor Pod', () => {
  const assigned = tagsOf('r', { issuedAt: secondsAgo(9) });
  const rows: readonly { readonly because: string; readonly parts: WorldParts; readonly phase: Phase }[] = [
    { because: 'it takes any job', parts: { secrets: [secretOf(YOUNG)], rows: [rowOf(YOUNG)] }, phase: 'idle' },
    { because: 'it is about to take its job', parts: { secrets: [secretOf(assigned)], rows: [rowOf(assigned)] }, phase: 'issued' },
    { because: 'it is at work', parts: { secrets: [secretOf(YOUNG)], rows: [rowOf(YOUNG, { status: 'active' })] }, phase: 'busy' },
    { because: 'it is old: its Pod would show', parts: { secrets: [secretOf(R)], rows: [rowOf(R)] }, phase: 'ended' },
    {
      because: 'its Pod was seen, and is gone',
      parts: { secrets: [secretOf(YOUNG)], rows: [rowOf(YOUNG)], memory: { podsSeen: new Set(['r']) } },
      phase: 'ended',
    },
    {
      because: 'another process saw its Pod run out its grace',
      parts: { secrets: [secretOf(YOUNG)], rows: [rowOf(YOUNG)], runners: [remembered('r', { phase: 'draining', handle: null })] },
      phase: 'ended',
    },
    {
      because: 'it had ended before',
      parts: { secrets: [secretOf(YOUNG)], rows: [rowOf(YOUNG)], runners: [remembered('r', { phase: 'ended' })] },
      phase: 'ended',
    },
  ];
  it.each(rows)('is $phase: $because', ({ parts, phase }) => {
    expect(only(parts).phase).toBe(phase);
  });
});

describe('a young runner whose Pod shows before its workload', () => {
  const own = tagsOf('r', { handle: null, issuedAt: secondsAgo(9) });
  const shown = (pod: Parameters<typeof podOf>[1], row = rowOf(own)): WorldParts => ({
    secrets: [secretOf(own)],
    pods: [podOf(own, pod)],
    rows: [row],
  });
  const ofReplicaSet = { ownerUid: 'a-replica-set', ownerKind: 'ReplicaSet' } as const;
  const rows: readonly { readonly because: string; readonly parts: WorldParts; readonly phase: Phase }[] = [
    { because: 'it has not declared itself', parts: shown({ state: waiting() }, undeclaredRowOf(own)), phase: 'starting' },
    { because: 'it waits for a job', parts: shown({}), phase: 'idle' },
    { because: 'it is at work', parts: shown({}, rowOf(own, { status: 'active' })), phase: 'busy' },
    {
      because: 'the container of a Deployment is started again',
      parts: shown({ ...ofReplicaSet, state: terminated(1) }, undeclaredRowOf(own)),
      phase: 'starting',
    },
    { because: 'its Pod was deleted', parts: shown({ deletionAt: secondsAhead(600) }), phase: 'draining' },
    { because: 'its Pod is nobody’s', parts: shown({ ownerUid: null, ownerKind: null }), phase: 'draining' },
    {
      because: 'it is old: its workload is gone',
      parts: { secrets: [secretOf(R)], pods: [podOf(R)], rows: [rowOf(R)] },
      phase: 'draining',
    },
    { because: 'it was stopped', parts: { ...shown({}), runners: [remembered('r', { phase: 'stopping' })] }, phase: 'draining' },
    {
      because: 'it was stopped as its container ended, which is started again',
      parts: {
        ...shown({ ...ofReplicaSet, state: terminated(1) }),
        runners: [remembered('r', { phase: 'stopping', since: secondsAgo(5) })],
      },
      phase: 'draining',
    },
    {
      because: 'its container ended, and its Pod was deleted then',
      parts: {
        ...shown({ ...ofReplicaSet, state: terminated(1), deletionAt: secondsAhead(600) }),
        runners: [remembered('r', { phase: 'stopping', since: secondsAgo(5) })],
      },
      phase: 'ended',
    },
    {
      because: 'its container ended with its Pod',
      parts: {
        ...shown({ ...ofReplicaSet, state: terminated(137), final: true }),
        runners: [remembered('r', { phase: 'stopping', since: secondsAgo(5) })],
      },
      phase: 'ended',
    },
    {
      because: 'it was at work, and Forgejo does not answer: it is not being started',
      parts: { ...shown({}), forgejo: unavailable(), runners: [remembered('r', { phase: 'busy' })] },
      phase: 'busy',
    },
    {
      because: 'it was idle, and Forgejo does not answer',
      parts: { ...shown({}), forgejo: unavailable(), runners: [remembered('r', { phase: 'idle' })] },
      phase: 'idle',
    },
    {
      because: 'it was an answer on its way',
      parts: { ...shown({}), forgejo: unavailable(), runners: [remembered('r', { phase: 'issued' })] },
      phase: 'starting',
    },
  ];
  it.each(rows)('is $phase: $because', ({ parts, phase }) => {
    expect(only(parts).phase).toBe(phase);
  });
});

it('the Deployment of a runner is deleted by hand between two starts of its container: it is no end, and keeps its place', () => {
  const crashed = podOf(R, { ownerKind: 'ReplicaSet', ownerUid: 'a-replica-set', state: terminated(1), restarts: 2 });
  const parts: WorldParts = { secrets: [secretOf(R)], pods: [crashed], rows: [rowOf(R)] };
  expect(only({ ...parts, runners: [remembered('r', { phase: 'idle', handle: null })] })).toMatchObject({
    phase: 'draining',
    ruledBy: '2b',
  });
});

describe('a young runner of which a Pod was seen, and is gone with its workload', () => {
  const seen = { podsSeen: new Set(['r']) };
  it.each([
    { because: 'its Secret is left', parts: { secrets: [secretOf(YOUNG)], forgejo: unavailable(), memory: seen } },
    { because: 'its credentials are in memory', parts: { memory: { ...holding(YOUNG), ...seen }, forgejo: unavailable() } },
  ])('is not started a second time with its credentials: $because', ({ parts }) => {
    const runners = [remembered('r', { phase: 'starting', handle: null })];
    expect(only({ ...parts, runners, memory: { ...parts.memory, podsSeen: new Set() } }).phase).toBe('starting');
    expect(only({ ...parts, runners })).toMatchObject({ phase: 'ended', ruledBy: 'used stays used' });
  });
});

it('a daemon without Secret and registration keeps its place while its evicted Pod works on beside the one that waits', () => {
  const ofReplicaSet = { ownerUid: 'a-replica-set', ownerKind: 'ReplicaSet' } as const;
  const evicted = podOf(R, { ...ofReplicaSet, name: 'r-evicted', deletionAt: secondsAhead(600) });
  const next = podOf(R, { ...ofReplicaSet, state: waiting() });
  const parts: WorldParts = { workloads: [deploymentOf(R)], pods: [evicted, next] };
  for (const phase of ['detached', 'busy', 'deregistered'] as const) {
    expect(only({ ...parts, runners: [remembered('r', { phase, handle: null })] }).phase).toBe('deregistered');
  }
  expect(only({ ...parts, pods: [next], runners: [remembered('r', { phase: 'deregistered', handle: null })] }).phase).toBe('failed');
});

it.each([
  { because: 'its grace is over, and a kubelet may still speak', ago: 65, phase: 'detached' },
  { because: 'its grace has been over for so long that no kubelet speaks for it', ago: 65.001, phase: 'failed' },
])('a daemon without Secret whose evicted Pod shows as running on a node that is cut off is $phase: $because', ({ ago, phase }) => {
  const ofReplicaSet = { ownerUid: 'a-replica-set', ownerKind: 'ReplicaSet' } as const;
  const evicted = podOf(R, { ...ofReplicaSet, name: 'r-evicted', deletionAt: secondsAgo(ago) });
  const next = podOf(R, { ...ofReplicaSet, state: waiting() });
  const runners = [remembered('r', { phase: 'detached', handle: null })];
  expect(only({ workloads: [deploymentOf(R)], pods: [evicted, next], rows: [rowOf(R, { status: 'offline' })], runners }).phase).toBe(phase);
});

describe('what overrules the table', () => {
  it('is named in its place', () => {
    expect(only({ ...IDLE, runners: [remembered('r', { phase: 'stopping' })] })).toMatchObject({
      phase: 'stopping',
      ruledBy: 'stopping stays',
    });
    expect(only({ secrets: [secretOf(YOUNG)], rows: [rowOf(YOUNG)] })).toMatchObject({ phase: 'idle', ruledBy: 'unseen lives' });
    const gone = { secrets: [secretOf(R)], runners: [remembered('r', { phase: 'failed' })] };
    expect(only(gone)).toMatchObject({ phase: 'failed', ruledBy: 'ended stays' });
  });

  describe('when somebody deletes a Job that may be the first of two', () => {
    const going: WorldParts = {
      secrets: [secretOf(YOUNG)],
      workloads: [jobOf(YOUNG, { terminating: true })],
      rows: [undeclaredRowOf(YOUNG)],
    };
    const finishing = (ago: number): readonly RememberedRunner[] => [remembered('r', { phase: 'finishing', since: secondsAgo(ago) })];

    it.each([
      { because: 'its Pod is just gone', parts: { ...going, runners: [remembered('r', { phase: 'draining' })] }, phase: 'finishing' },
      { because: 'another may be about to show', parts: { ...going, runners: finishing(5.9) }, phase: 'finishing' },
      { because: 'the first is gone by now', parts: { ...going, workloads: [], runners: finishing(5.9) }, phase: 'finishing' },
      {
        because: 'another has turned up at work',
        parts: { ...going, memory: { podsSeen: new Set(['r']) }, rows: [rowOf(YOUNG, { status: 'active' })], runners: finishing(3) },
        phase: 'finishing',
      },
      { because: 'another would have shown', parts: { ...going, runners: finishing(6) }, phase: 'ended' },
      { because: 'nothing can run without a registration', parts: { ...going, rows: [], runners: finishing(1) }, phase: 'ended' },
      { because: 'it was counted as ended', parts: { ...going, runners: [remembered('r', { phase: 'failed' })] }, phase: 'ended' },
      {
        because: 'nobody makes a second one so late',
        parts: {
          secrets: [secretOf(R)],
          workloads: [jobOf(R, { terminating: true })],
          rows: [undeclaredRowOf(R)],
          runners: [remembered('r', { phase: 'draining' })],
        },
        phase: 'ended',
      },
    ])('is $phase: $because', ({ parts, phase }) => {
      expect(only(parts).phase).toBe(phase);
    });
  });

  it('is not named where the table says the same', () => {
    expect(only({ secrets: [secretOf(R)], rows: [rowOf(R)], runners: [remembered('r', { phase: 'stopping' })] })).toMatchObject({
      phase: 'ended',
      ruledBy: '5c',
    });
  });
});

it('one that was given up for want of its Secret is not taken up again when that comes after all', () => {
  const parts: WorldParts = {
    secrets: [secretOf(R)],
    workloads: [jobOf(R)],
    pods: [podOf(R, { state: waiting() })],
    rows: [undeclaredRowOf(R)],
  };
  expect(only(parts).phase).toBe('starting');
  expect(only({ ...parts, runners: [remembered('r', { phase: 'failed' })] }).phase).toBe('stopping');
});

describe('what a runner waits for', () => {
  const PULLING = { ...IDLE, pods: [podOf(R, { state: waiting('ErrImagePull') })], rows: [undeclaredRowOf(R)] };
  const created = (seconds: number): WorldParts => ({
    ...IDLE,
    pods: [],
    workloads: [jobOf(R, { createdAt: secondsAgo(seconds) })],
    rows: [undeclaredRowOf(R)],
  });
  const rows: readonly { readonly because: string; readonly parts: WorldParts; readonly waitsFor: Judged['waitsFor'] }[] = [
    { because: 'its Pod says so', parts: PULLING, waitsFor: 'ErrImagePull' },
    {
      because: 'its Pod says so, and it is stuck',
      parts: { ...PULLING, runners: [remembered('r', { since: secondsAgo(901) })] },
      waitsFor: 'ErrImagePull',
    },
    { because: 'its Pod says nothing', parts: { ...PULLING, pods: [podOf(R, { state: waiting(null) })] }, waitsFor: null },
    { because: 'its Job is 35 s old and has no Pod', parts: created(35), waitsFor: null },
    { because: 'its Job is older and has no Pod', parts: created(36), waitsFor: 'PodNotCreated' },
    { because: 'no Job can have a Pod', parts: { secrets: [secretOf(tagsOf('r', { issuedAt: secondsAgo(9) }))] }, waitsFor: null },
    { because: 'it runs', parts: IDLE, waitsFor: null },
    {
      because: 'an ended Job may have lost its Pod long ago',
      parts: { workloads: [jobOf(R, { createdAt: secondsAgo(3600), end: jobEnd({ at: secondsAgo(3000) }) })] },
      waitsFor: null,
    },
    {
      because: 'its Pod is gone and its Job is about to say how it ended',
      parts: { ...IDLE, pods: [], runners: [remembered('r', { phase: 'idle' })] },
      waitsFor: null,
    },
  ];
  it.each(rows)('is $waitsFor: $because', ({ parts, waitsFor }) => {
    expect(only(parts).waitsFor).toBe(waitsFor);
  });
});

describe('a long outage of Forgejo', () => {
  const PULLING = { ...IDLE, pods: [podOf(R, { state: waiting('ErrImagePull') })] };
  it('does not give a stuck runner its time again', () => {
    const runners = [remembered('r', { phase: 'stuck', since: secondsAgo(5) })];
    expect(only({ ...PULLING, forgejo: unavailable(), runners }).phase).toBe('stuck');
    expect(only({ ...PULLING, rows: [undeclaredRowOf(R)], runners }).phase).toBe('stuck');
  });

  it('does not make a runner without a Secret one whose Secret was deleted', () => {
    const refused = { workloads: [jobOf(R)], pods: [podOf(R, { state: waiting() })] };
    const during = only({ ...refused, forgejo: unavailable() });
    expect(during.phase).toBe('detached');
    expect(only({ ...refused, rows: [undeclaredRowOf(R)], runners: [remembered('r', { phase: during.phase })] }).phase).toBe('failed');
  });
});

describe('a runner that has ended', () => {
  const SEEN_NOW: WorldParts = { ...IDLE, pods: [podOf(R, { state: terminated(137, { finishedAt: secondsAgo(60) }) })] };
  const FAILED: WorldParts = { ...SEEN_NOW, memory: endsSeen('r') };
  const runners = [remembered('r', { phase: 'failed', since: secondsAgo(20) })];

  it('is finishing in the sync that first sees its end, however old that is', () => {
    expect(only(SEEN_NOW).phase).toBe('finishing');
    expect(only({ ...SEEN_NOW, rows: [] }).phase).toBe('finishing');
    expect(only({ ...SEEN_NOW, runners }), 'another process has judged it').toMatchObject({ phase: 'failed', since: secondsAgo(20) });
    expect(only(FAILED).phase).toBe('failed');
  });

  it('does not come back to life while Forgejo is away', () => {
    expect(only({ ...FAILED, forgejo: unavailable() }).phase).toBe('finishing');
    expect(only({ ...FAILED, forgejo: unavailable(), runners })).toMatchObject({ phase: 'failed', since: secondsAgo(20) });
  });

  it('is not counted as completed when its registration was taken away behind it', () => {
    const pods = [podOf(R, { state: terminated(0, { finishedAt: secondsAgo(60) }) })];
    expect(only({ ...FAILED, pods, rows: [], runners: [remembered('r', { phase: 'idleExit' })] }).phase).toBe('idleExit');
  });

  it('lives when a Pod of it shows after all', () => {
    const ended = [remembered('r', { phase: 'ended' })];
    expect(only({ ...IDLE, forgejo: unavailable(), runners: ended }).phase).toBe('busy');
    expect(only({ pods: [podOf(R)], forgejo: unavailable(), runners: ended }).phase).toBe('draining');
  });

  it('is judged anew by a list that can know it', () => {
    expect(only({ ...FAILED, pods: [podOf(R, { state: terminated(0, { finishedAt: secondsAgo(60) }) })], runners }).phase).toBe('idleExit');
  });
});

describe('phases', () => {
  it('are live or ended, never both', () => {
    expect(LIVE_PHASES.filter(isLive)).toEqual(LIVE_PHASES);
    expect(LIVE_PHASES.filter(isEnded)).toEqual([]);
    expect(ENDED_PHASES.filter(isEnded)).toEqual(ENDED_PHASES);
    expect(ENDED_PHASES.filter(isLive)).toEqual([]);
  });
});

describe('any world', () => {
  it('is judged alike in whatever order its objects, rows and jobs come', () => {
    fc.assert(
      fc.property(
        arbitraryWorld.chain((world) => fc.tuple(fc.constant(world), reordered(world))),
        ([world, other]) => {
          expect(judge(other).map(withoutOrder)).toEqual(judge(world).map(withoutOrder));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('has every object, every row of ours and every held credential in exactly one slot', () => {
    fc.assert(
      fc.property(arbitraryWorld, (world) => {
        const slots = judge(world);
        const { observed, forgejo, memory } = world;
        const rows = forgejo.kind === 'answered' ? forgejo.snapshot.registrations : [];
        expect(new Set(slots.map(({ key }) => key)).size).toBe(slots.length);
        expect(sorted(slots.flatMap(({ row }) => row?.uuid ?? []))).toEqual(sorted(rows.map(({ uuid }) => uuid)));
        expect(sorted(slots.flatMap(({ pods }) => pods.map(({ uid }) => uid)))).toEqual(sorted(observed.pods.map(({ uid }) => uid)));
        expect(slots.filter(({ secret }) => secret !== null)).toHaveLength(observed.secrets.length);
        expect(slots.filter(({ workload }) => workload !== null)).toHaveLength(observed.workloads.length);
        expect(slots.filter(({ held }) => held !== null)).toHaveLength(memory.credentials.size);
      }),
      { numRuns: 300 },
    );
  });

  it('never has a runner ended while a Pod of it may run, but a lost one', () => {
    fc.assert(
      fc.property(arbitraryWorld, (world) => {
        const wrong = judge(world).filter(
          ({ phase, kind, workload, pods, evidence }) =>
            ['completed', 'cancelled', 'idleExit', 'ended'].includes(phase) &&
            pods.some(({ state }) => state.kind === 'running') &&
            // A Job's own condition is believed before the state of its own Pod, which may be stale.
            !(kind === 'Job' && workload?.kind === 'Job' && workload.end !== null && evidence.strayPod === 'none'),
        );
        expect(wrong).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('decides on no new end while Forgejo is away, but on that of a Job that has no Secret any more', () => {
    fc.assert(
      fc.property(arbitraryWorld, (world) => {
        const blind = judge({ ...world, forgejo: unavailable() });
        const decided = blind.filter(
          ({ evidence, phase }) => evidence.end !== 'none' && evidence.strayPod === 'none' && phase !== 'finishing',
        );
        const history = decided.filter(({ secret, held }) => secret === null && held === null);
        const before = decided.filter(({ remembered: last, phase }) => last?.phase === 'stopping' || last?.phase === phase);
        expect(decided.filter((slot) => !history.includes(slot) && !before.includes(slot))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

function sorted(texts: readonly string[]): readonly string[] {
  return texts.toSorted();
}

/** All of a slot's Pods are a set. */
function withoutOrder(slot: Judged): Judged {
  return { ...slot, pods: slot.pods.toSorted((a, b) => (a.name < b.name ? -1 : 1)) };
}
