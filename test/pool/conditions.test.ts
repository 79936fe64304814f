import { describe, expect, test } from 'vitest';
import { type Finding, findings, findingsForInvalidSpec, mergeConditions, type PreviousCondition } from '../../src/pool/conditions.ts';
import type { ForgejoFailure } from '../../src/pool/failure.ts';
import { judge } from '../../src/pool/judge.ts';
import type { World } from '../../src/pool/model.ts';
import { plan } from '../../src/pool/plan.ts';
import { settle } from '../../src/pool/settle.ts';
import {
  aBackoff,
  aJob,
  aWorld,
  deploymentOf,
  jobEnd,
  jobOf,
  now,
  podOf,
  remembered,
  rowOf,
  secondsAgo,
  secondsAhead,
  secretOf,
  tagsOf,
  unavailable,
  undeclaredRowOf,
  waiting,
  warmTagsOf,
} from './support/builders.ts';
import { busyWarm, endedJob, idleWarm, startingAssigned, worldOf } from './support/runners.ts';

function found(world: World, finalizing = false): Readonly<Record<string, Finding>> {
  const slots = judge(world);
  const made = plan(world, slots);
  return byType(findings(world, made, settle(world, slots, made, []), finalizing));
}

function byType(all: readonly Finding[]): Readonly<Record<string, Finding>> {
  return Object.fromEntries(all.map((finding) => [finding.type, finding]));
}

const unreachable = { kind: 'unreachable', method: 'GET', path: '/api/v1/user/actions/runners', code: 'ENOTFOUND' } as const;
const refused = { kind: 'unauthorized', method: 'GET', path: '/api/v1/user/actions/runners' } as const;

function away(failure: (World['forgejo'] & { kind: 'unavailable' })['failure']): World {
  return aWorld({ forgejo: { kind: 'unavailable', failure, nextReadAt: now } });
}

describe('when all is well', () => {
  test('every condition says so', () => {
    const all = found(worldOf([idleWarm('a')], { spec: { minRunners: 1 } }));
    expect(Object.values(all).map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ['Ready', 'True', 'RunnersReady'],
      ['SpecValid', 'True', 'SpecAccepted'],
      ['ForgejoReachable', 'True', 'ForgejoAnswered'],
      ['Authorized', 'True', 'TokenAccepted'],
      ['ImageSupported', 'True', 'ImageVersionKnown'],
      ['ScalingLimited', 'False', 'WithinLimits'],
      ['Draining', 'False', 'NotDraining'],
    ]);
    expect(all['ImageSupported']?.message).toBe('The runner image is data.forgejo.org/forgejo/runner:12.8.2.');
  });

  test('an image without a version in its tag names the one that was given', () => {
    const world = aWorld({ spec: { runner: { image: 'registry/runner@sha256:00', version: '12.8.2' } } });
    expect(found(world)['ImageSupported']?.message).toBe('The runner image is registry/runner@sha256:00, version 12.8.2.');
  });
});

describe('when Forgejo can not be asked', () => {
  test.each([
    { because: 'no connection', failure: unreachable, reachable: ['False', 'ForgejoUnreachable'], authorized: ['Unknown', 'NotAsked'] },
    {
      because: 'it answers, and refuses the token',
      failure: refused,
      reachable: ['True', 'ForgejoAnswered'],
      authorized: ['False', 'TokenRefused'],
    },
    {
      because: 'without a token nothing was asked',
      failure: { kind: 'tokenSecretMissing', object: 'tok' } as const,
      reachable: ['Unknown', 'NotAsked'],
      authorized: ['False', 'TokenSecretMissing'],
    },
    {
      because: 'without its key as well',
      failure: { kind: 'tokenKeyMissing', object: 'tok', key: 'token' } as const,
      reachable: ['Unknown', 'NotAsked'],
      authorized: ['False', 'TokenKeyMissing'],
    },
    {
      because: 'without its CA there is no connection',
      failure: { kind: 'caMissing', object: 'ca', key: 'ca.crt' } as const,
      reachable: ['False', 'CaMissing'],
      authorized: ['Unknown', 'NotAsked'],
    },
  ])('$because', ({ failure, reachable, authorized }) => {
    const { Ready, ForgejoReachable, Authorized } = found(away(failure));
    expect([ForgejoReachable?.status, ForgejoReachable?.reason]).toEqual(reachable);
    expect([Authorized?.status, Authorized?.reason]).toEqual(authorized);
    const cause = ForgejoReachable?.status === 'False' ? ForgejoReachable : Authorized;
    expect(Ready).toMatchObject({ status: 'False', reason: cause?.reason, message: cause?.message });
  });

  test('an effect that failed says the same, although the reads went well', () => {
    const world = aWorld({ jobs: [aJob(1)] });
    const slots = judge(world);
    const made = plan(world, slots);
    const failure: ForgejoFailure = {
      kind: 'scopeTooNarrow',
      method: 'POST',
      path: '/api/v1/orgs/acme/actions/runners',
      required: ['write:organization'],
    };
    const outcomes = made.effects.map((effect) => ({ kind: 'failed', effect, failure, ambiguous: false }) as const);
    const all = byType(findings(world, made, settle(world, slots, made, outcomes), false));
    expect(all['Authorized']).toMatchObject({ status: 'False', reason: 'TokenScopeTooNarrow' });
    expect(all['Ready']?.message).toContain('POST /api/v1/orgs/acme/actions/runners');
  });
});

describe('when a runner does not get to work', () => {
  const starting = (pod: Parameters<typeof waiting>[0], since = 20): World =>
    worldOf(
      [
        {
          ...startingAssigned('a', { handle: 'handle-1' }),
          pod: podOf(tagsOf('a'), { state: waiting(pod) }),
          memory: remembered('a', { since: secondsAgo(since) }),
        },
      ],
      {
        jobs: [aJob(1)],
      },
    );

  test.each([
    {
      because: 'its image can not be pulled',
      world: starting('ImagePullBackOff'),
      reason: 'RunnersStuck',
      says: 'its Pod waits: ImagePullBackOff',
    },
    { because: 'no node has room', world: starting('Unschedulable'), reason: 'RunnersStuck', says: 'its Pod waits: Unschedulable' },
    {
      because: 'it took too long',
      world: starting('ContainerCreating', 901),
      reason: 'PendingTimeout',
      says: 'its Pod waits: ContainerCreating',
    },
    {
      because: 'it runs and never reported',
      world: worldOf(
        [
          {
            ...startingAssigned('a', { handle: 'handle-1' }),
            pod: podOf(tagsOf('a')),
            memory: remembered('a', { since: secondsAgo(901) }),
          },
        ],
        { jobs: [aJob(1)] },
      ),
      reason: 'PendingTimeout',
      says: 'it has not reported to Forgejo',
    },
    {
      because: 'Kubernetes creates no Pod',
      world: aWorld({
        secrets: [secretOf(warmTagsOf('a'))],
        workloads: [jobOf(warmTagsOf('a'))],
        rows: [undeclaredRowOf(warmTagsOf('a'))],
        spec: { minRunners: 1 },
      }),
      reason: 'PodNotCreated',
      says: 'kubectl describe job a',
    },
    {
      because: 'nor for a Deployment',
      world: aWorld({
        secrets: [secretOf(warmTagsOf('a'))],
        workloads: [deploymentOf(warmTagsOf('a'))],
        rows: [undeclaredRowOf(warmTagsOf('a'))],
        spec: { mode: 'Persistent', minRunners: 1 },
      }),
      reason: 'PodNotCreated',
      says: 'kubectl describe deployment a',
    },
  ])('$because', ({ world, reason, says }) => {
    const { Ready } = found(world);
    expect(Ready).toMatchObject({ status: 'False', reason });
    expect(Ready?.message).toContain('unner a');
    expect(Ready?.message).toContain(says);
  });

  test.each([
    { because: 'every Pod passes through that', world: starting('ContainerCreating') },
    { because: 'its init containers run', world: starting('PodInitializing') },
    {
      because: 'it is being stopped anyway',
      world: worldOf([
        { ...startingAssigned('a', { handle: 'handle-1' }), pod: podOf(tagsOf('a'), { state: waiting('ImagePullBackOff') }) },
      ]),
    },
    {
      because: 'an ended Job whose Pod is gone wants none',
      world: aWorld({ secrets: [secretOf(tagsOf('a'))], workloads: [jobOf(tagsOf('a'), { end: jobEnd() })] }),
    },
  ])('all is well: $because', ({ world }) => {
    expect(found(world)['Ready']).toMatchObject({ status: 'True' });
  });
});

describe('why the pool does not follow the demand', () => {
  const brake = aBackoff('pool', { attempts: 5, until: secondsAhead(30) });

  test.each([
    {
      because: 'the namespace goes, which counts before all else',
      world: aWorld({ namespaceTerminating: true, spec: { paused: true } }),
      reason: 'NamespaceTerminating',
    },
    { because: 'paused', world: aWorld({ spec: { paused: true, maxRunners: 0 }, jobs: [aJob(1)] }), reason: 'Paused' },
    {
      because: 'nothing starts',
      world: aWorld({ memory: { backoff: [brake] }, spec: { maxRunners: 0 }, jobs: [aJob(1)] }),
      reason: 'StartFailures',
    },
    { because: 'its maximum', world: aWorld({ spec: { maxRunners: 0 }, jobs: [aJob(1)] }), reason: 'AtMaximum' },
    {
      because: 'a job is tried again later',
      world: aWorld({ jobs: [aJob(1)], memory: { backoff: [aBackoff('handle-1')] } }),
      reason: 'BackingOff',
    },
  ])('$because', ({ world, reason }) => {
    expect(found(world)['ScalingLimited']).toMatchObject({ status: 'True', reason });
  });

  test.each([
    { because: 'four failures do not brake', backoff: [{ ...brake, attempts: 4 }] },
    { because: 'a back-off that is over holds nothing back', backoff: [aBackoff('handle-1', { until: now })] },
  ])('it does: $because', ({ backoff }) => {
    expect(found(aWorld({ jobs: [aJob(1)], memory: { backoff } }))['ScalingLimited']).toMatchObject({
      status: 'False',
      reason: 'WithinLimits',
    });
  });
});

describe('what is waited for', () => {
  test.each([
    {
      because: 'a busy runner of an older spec',
      world: worldOf([busyWarm('a', { specHash: 'spec-of-old' })]),
      status: 'True',
      reason: 'OutdatedRunners',
    },
    { because: 'one of today’s', world: worldOf([busyWarm('a')]), status: 'False', reason: 'NotDraining' },
    {
      because: 'an ended one of an older spec',
      world: worldOf([endedJob(tagsOf('a', { specHash: 'spec-of-old' }), 0, null)]),
      status: 'False',
      reason: 'NotDraining',
    },
  ])('$because', ({ world, status, reason }) => {
    expect(found(world)['Draining']).toMatchObject({ status, reason });
  });

  test('a deleted pool waits for all', () => {
    expect(found(worldOf([busyWarm('a')]), true)['Draining']).toMatchObject({ status: 'True', reason: 'Finalizing' });
  });
});

describe('a refused spec', () => {
  test('is said with every field that breaks a rule', () => {
    const all = byType(
      findingsForInvalidSpec([
        { field: 'spec.labels', message: 'must not be empty' },
        { field: 'spec.mode', message: 'must be one of two' },
      ]),
    );
    expect(all['Ready']).toMatchObject({ status: 'False', reason: 'SpecInvalid' });
    expect(all['SpecValid']).toMatchObject({ status: 'False', message: 'spec.labels: must not be empty; spec.mode: must be one of two' });
  });

  test('fits into a condition however much is wrong', () => {
    const all = byType(findingsForInvalidSpec([{ field: 'spec', message: 'x'.repeat(50_000) }]));
    expect(all['SpecValid']?.message).toHaveLength(32_768);
  });
});

describe('the times of conditions', () => {
  const finding: Finding = { type: 'Ready', status: 'True', reason: 'RunnersReady', message: 'new' };
  const before = (changes: Partial<PreviousCondition> = {}): PreviousCondition => ({
    type: 'Ready',
    status: 'True',
    reason: 'Reconciled',
    message: 'old',
    lastTransitionTime: secondsAgo(3600),
    ...changes,
  });
  const then = '2026-11-25T11:00:00Z';
  const today = '2026-11-25T12:00:00Z';

  test.each([
    { because: 'nothing was said before', previous: [], since: today },
    { because: 'the status is the same, though reason and message are not', previous: [before()], since: then },
    { because: 'the status is another', previous: [before({ status: 'False' })], since: today },
    { because: 'not known is another', previous: [before({ status: 'Unknown' })], since: today },
  ])('$because', ({ previous, since }) => {
    expect(mergeConditions(previous, [finding], now)).toEqual([{ ...finding, lastTransitionTime: since }]);
  });

  test('what was not judged stays, sorted by type', () => {
    const merged = mergeConditions(
      [before({ type: 'SpecValid', reason: 'SpecAccepted' }), before({ type: 'Draining', reason: 'NotDraining' })],
      [finding],
      now,
    );
    expect(merged.map(({ type, lastTransitionTime }) => [type, lastTransitionTime])).toEqual([
      ['Draining', then],
      ['Ready', today],
      ['SpecValid', then],
    ]);
  });

  test.each([
    { because: 'a type that we do not know', previous: before({ type: 'Updated' }) },
    { because: 'a reason that we do not know', previous: before({ type: 'Draining', reason: 'Because' }) },
  ])('what others wrote goes: $because', ({ previous }) => {
    expect(mergeConditions([previous], [], now)).toEqual([]);
  });
});

test('an outage keeps what is said of the rest', () => {
  const world = worldOf([busyWarm('a', { specHash: 'spec-of-old' })], { forgejo: unavailable(), rows: [rowOf(warmTagsOf('a'))] });
  expect(found(world)['Draining']).toMatchObject({ reason: 'OutdatedRunners' });
});
