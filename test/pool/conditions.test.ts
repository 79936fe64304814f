import { describe, expect, test } from 'vitest';
import type { Condition } from '../../src/api/conditions.ts';
import { type Finding, findings, findingsForInvalidSpec, mergeConditions, type PreviousCondition } from '../../src/pool/conditions.ts';
import type { ForgejoFailure } from '../../src/pool/failure.ts';
import { judge } from '../../src/pool/judge.ts';
import type { Outcome, World } from '../../src/pool/model.ts';
import { plan } from '../../src/pool/plan.ts';
import { EVERY_REPOSITORY } from '../../src/pool/repositories.ts';
import { settle } from '../../src/pool/settle.ts';
import {
  aBackoff,
  aJob,
  aWorld,
  deploymentOf,
  endsSeen,
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

const post = { method: 'POST', path: '/api/v1/orgs/acme/actions/runners' } as const;
const tooNarrow: ForgejoFailure = { ...post, kind: 'scopeTooNarrow', required: ['write:organization'] };

/** What is said, and remembered, when every effect fails like that. */
function refusing(world: World, failure: ForgejoFailure): { readonly found: readonly Finding[]; readonly memory: World['memory'] } {
  const slots = judge(world);
  const made = plan(world, slots);
  const outcomes = made.effects.map((effect) => ({ kind: 'failed', effect, failure, ambiguous: false }) as const);
  const settled = settle(world, slots, made, outcomes);
  return { found: findings(world, made, settled, false), memory: settled.memory };
}

describe('when all is well', () => {
  test('every condition says so', () => {
    const all = found(worldOf([idleWarm('a')], { spec: { minRunners: 1 } }));
    expect(Object.values(all).map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ['Ready', 'True', 'RunnersReady'],
      ['ForgejoReachable', 'True', 'ForgejoAnswered'],
      ['Authorized', 'True', 'TokenAccepted'],
      ['SpecValid', 'True', 'SpecAccepted'],
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
      because: 'without a readable spec.forgejo neither',
      failure: { kind: 'forgejoUnreadable' } as const,
      reachable: ['Unknown', 'NotAsked'],
      authorized: ['False', 'ForgejoUnreadable'],
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
    const all = byType(refusing(aWorld({ jobs: [aJob(1)] }), tooNarrow).found);
    expect(all['Authorized']).toMatchObject({ status: 'False', reason: 'TokenScopeTooNarrow' });
    expect(all['ForgejoReachable']).toMatchObject({ status: 'True', reason: 'ForgejoAnswered' });
    expect(all['Ready']?.message).toContain('POST /api/v1/orgs/acme/actions/runners');
  });

  test.each([
    { because: 'it took too long', failure: { ...post, kind: 'timeout', afterMs: 4000 }, reason: 'ForgejoTimeout' },
    { because: 'its connection broke', failure: { ...post, kind: 'unreachable', code: 'ECONNRESET' }, reason: 'ForgejoUnreachable' },
    { because: 'a proxy failed', failure: { ...post, kind: 'serverError', status: 502 }, reason: 'ForgejoServerError' },
  ] as const)('a POST that got lost says nothing against a token that the reads accepted: $because', ({ failure, reason }) => {
    const all = byType(refusing(aWorld({ jobs: [aJob(1)] }), failure).found);
    expect(all['Authorized']).toMatchObject({ status: 'True', reason: 'TokenAccepted' });
    expect(all['ForgejoReachable']).toMatchObject({ status: 'False', reason });
    expect(all['Ready']).toMatchObject({ status: 'False', reason });
  });
});

describe('while a refused registration is held back', () => {
  const world = aWorld({ jobs: [aJob(1)], spec: { pollIntervalSeconds: 2 } });
  const judgedOf = (at: World): readonly string[] => Object.keys(found(at));
  const held = (changes: Partial<World> = {}, until = secondsAhead(9)): World => ({
    ...world,
    ...changes,
    memory: { ...world.memory, backoff: [aBackoff('register', { until })] },
  });
  const ALL = ['Ready', 'ForgejoReachable', 'Authorized', 'SpecValid', 'ImageSupported', 'ScalingLimited', 'Draining'];

  test('what it said of the token is not judged anew, the rest is', () => {
    expect(judgedOf(held())).toEqual(['SpecValid', 'ImageSupported', 'ScalingLimited', 'Draining']);
    expect(found(held())['ScalingLimited']).toMatchObject({ status: 'True', reason: 'BackingOff' });
  });

  test.each([
    { because: 'its time is over', at: held({}, now) },
    { because: 'another back-off is none of the token', at: { ...held(), memory: { ...world.memory, backoff: [aBackoff('handle-1')] } } },
    { because: 'Forgejo can not be asked, which is news', at: held({ forgejo: unavailable() }) },
  ])('all is judged: $because', ({ at }) => {
    expect(judgedOf(at)).toEqual(ALL);
  });

  test('the sync that is refused judges all, and so does the one whose try is refused again', () => {
    expect(refusing(world, tooNarrow).found.map(({ type }) => type)).toEqual(ALL);
    expect(refusing(held({}, now), tooNarrow).found.map(({ type }) => type)).toEqual(ALL);
  });

  test('the conditions stay as they are until one succeeds', () => {
    const first = refusing(world, tooNarrow);
    const conditions = mergeConditions([], first.found, now);
    const previous = conditions.map((each) => ({ ...each, lastTransitionTime: Date.parse(each.lastTransitionTime) }));
    const next: World = { ...world, now: secondsAhead(2), memory: first.memory };
    const kept = mergeConditions(previous, Object.values(found(next)), next.now);
    const ofToken = (all: readonly Condition[]): readonly Condition[] =>
      all.filter(({ type }) => type === 'Ready' || type === 'ForgejoReachable' || type === 'Authorized');
    expect(ofToken(kept)).toEqual(ofToken(conditions));
    expect(ofToken(kept).map(({ status }) => status)).toEqual(['False', 'True', 'False']);

    const due: World = { ...next, now: secondsAhead(10) };
    const slots = judge(due);
    const made = plan(due, slots);
    const outcomes = made.effects.flatMap((effect): Outcome[] =>
      effect.kind === 'register' ? [{ kind: 'registered', effect, registration: { id: 5, uuid: 'uuid-of-5' }, issuedAt: due.now }] : [],
    );
    const last = mergeConditions(previous, findings(due, made, settle(due, slots, made, outcomes), false), due.now);
    expect(ofToken(last).map(({ status }) => status)).toEqual(['True', 'True', 'True']);
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
      says: 'its Pod waits: ContainerCreating. kubectl describe pod a-x7k2p shows why.',
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
      says: 'it has not reported to Forgejo. kubectl logs a-x7k2p -c runner shows why.',
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
      world: aWorld({ secrets: [secretOf(tagsOf('a'))], workloads: [jobOf(tagsOf('a'), { end: jobEnd() })], memory: endsSeen('a') }),
    },
    {
      because: 'nor one whose end is seen only now',
      world: aWorld({ secrets: [secretOf(tagsOf('a'))], workloads: [jobOf(tagsOf('a'), { end: jobEnd() })] }),
    },
  ])('all is well: $because', ({ world }) => {
    expect(found(world)['Ready']).toMatchObject({ status: 'True' });
  });
});

describe('why the pool does not follow the demand', () => {
  const unresolved = [{ list: 'allow', name: 'acme/app', failure: null }] as const;
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
      because: 'a denied repository that is unknown, before its maximum',
      world: aWorld({
        spec: { maxRunners: 0 },
        jobs: [aJob(1)],
        repositories: { ...EVERY_REPOSITORY, unresolved: unresolved.map((each) => ({ ...each, list: 'deny' as const })) },
      }),
      reason: 'RepositoriesUnresolved',
    },
    {
      because: 'its maximum, before an allowed repository that is unknown',
      world: aWorld({
        spec: { maxRunners: 0 },
        jobs: [aJob(1)],
        repositories: { ...EVERY_REPOSITORY, unresolved: unresolved.map((each) => ({ ...each, list: 'allow' as const })) },
      }),
      reason: 'AtMaximum',
    },
    {
      because: 'a job is tried again later',
      world: aWorld({ jobs: [aJob(1)], memory: { backoff: [aBackoff('handle-1')] } }),
      reason: 'BackingOff',
    },
    {
      because: 'a refused registration is tried again later',
      world: aWorld({ jobs: [aJob(1)], memory: { backoff: [aBackoff('register')] } }),
      reason: 'BackingOff',
    },
  ])('$because', ({ world, reason }) => {
    expect(found(world)['ScalingLimited']).toMatchObject({ status: 'True', reason });
  });

  const noon = { name: 'noon', timeZone: 'UTC', start: '0 11 * * *', duration: '2h' };

  test.each([
    { because: 'of the pool', schedules: [], says: 'spec.maxRunners (0)' },
    {
      because: 'of the window that is open',
      schedules: [{ ...noon, maxRunners: 0 }],
      says: 'maxRunners of the window "noon" in spec.schedules (0)',
    },
    { because: 'of the pool, when the window sets none', schedules: [{ ...noon, minRunners: 0 }], says: 'spec.maxRunners (0)' },
  ])('the maximum is named: $because', ({ schedules, says }) => {
    const limit = found(aWorld({ spec: { maxRunners: 0, schedules }, jobs: [aJob(1)] }))['ScalingLimited'];
    expect(limit).toMatchObject({
      reason: 'AtMaximum',
      message: `More runners are wanted than ${says} allows. Raise maxRunners there, or let the jobs wait.`,
    });
  });

  test('a repository that is unknown is not said while Forgejo can not be asked: that is said by others', () => {
    const world = aWorld({ forgejo: unavailable(), repositories: { ...EVERY_REPOSITORY, unresolved } });
    expect(found(world)['ScalingLimited']).toMatchObject({ reason: 'WithinLimits' });
  });

  test('a pool that is braked is not ready, also while no runner is there that could be stuck', () => {
    const all = found(aWorld({ memory: { backoff: [brake] } }));
    expect(all['Ready']).toMatchObject({ status: 'False', reason: 'StartFailures', message: all['ScalingLimited']?.message });
    expect(found(aWorld({ memory: { backoff: [{ ...brake, failures: 4 }] } }))['Ready']).toMatchObject({ status: 'True' });
  });

  test.each([
    { because: 'four failures do not brake', backoff: [{ ...brake, failures: 4 }] },
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
    expect(all['SpecValid']?.status).toBe('False');
    expect(all['SpecValid']?.message).toMatch(/^spec\.labels: must not be empty; spec\.mode: must be one of two\. Correct each field /);
  });

  test.each([
    { because: 'the tag names an old one', field: 'spec.runner.image' },
    { because: 'it was said to be an old one', field: 'spec.runner.version' },
  ])('says so of an image that is not supported, in its own words: $because', ({ field }) => {
    const all = byType(
      findingsForInvalidSpec([
        { field: 'spec.labels', message: 'must not be empty' },
        { field, message: 'too old' },
      ]),
    );
    expect(all['ImageSupported']).toMatchObject({ type: 'ImageSupported', status: 'False', reason: 'ImageUnsupported' });
    expect(all['ImageSupported']?.message).toContain(`${field}: too old. Set spec.runner.image `);
    expect(all['SpecValid']?.message).toContain(`spec.labels: must not be empty; ${field}: too old. `);
    expect(all['Ready']).toMatchObject({ status: 'False', reason: 'SpecInvalid' });
  });

  test.each(['spec.runner.config', 'spec.runner', 'spec.containerMode.dind.image'])(
    'says nothing of the image for the sake of %s',
    (field) => {
      expect(byType(findingsForInvalidSpec([{ field, message: 'm' }]))['ImageSupported']).toBeUndefined();
    },
  );

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
    reason: 'RunnersStuck',
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
