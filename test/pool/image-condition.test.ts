import { describe, expect, it } from 'vitest';
import type { Condition } from '../../src/api/conditions.ts';
import type { RunnerPoolStatus } from '../../src/api/status.ts';
import { type Finding, findings, findingsForInvalidSpec, type PreviousCondition } from '../../src/pool/conditions.ts';
import { judge } from '../../src/pool/judge.ts';
import type { World } from '../../src/pool/model.ts';
import { plan } from '../../src/pool/plan.ts';
import { settle } from '../../src/pool/settle.ts';
import { type Previous, renderStatus } from '../../src/pool/status.ts';
import { aWorld, rowOf, secondsAgo, tagsOf, unavailable, undeclaredRowOf, warmTagsOf } from './support/builders.ts';
import { idleWarm, type RunnerParts, startingWarm, worldOf } from './support/runners.ts';

function statusOf(world: World, previous: Previous): RunnerPoolStatus {
  const slots = judge(world);
  const made = plan(world, slots);
  const settled = settle(world, slots, made, []);
  return renderStatus(world, made, settled, findings(world, made, settled, false), previous);
}

function imageCondition({ conditions }: RunnerPoolStatus): Condition | undefined {
  return conditions?.find((each): each is Condition => each.type === 'ImageSupported');
}

function imageFinding(world: World): Finding | undefined {
  const slots = judge(world);
  const made = plan(world, slots);
  return findings(world, made, settle(world, slots, made, []), false).find(({ type }) => type === 'ImageSupported');
}

/** An idle warm runner that reports this version. */
function reporting(name: string, version: string, tags = {}): RunnerParts {
  return { ...idleWarm(name, 60, tags), row: rowOf(warmTagsOf(name, tags), { version }) };
}

describe('what runners report', () => {
  it.each([
    { because: 'the only runner is too old', world: worldOf([reporting('a', 'v12.7.0')]), reason: 'ImageUnsupported' },
    {
      because: 'one of two is too old',
      world: worldOf([reporting('a', 'v12.8.2'), reporting('b', 'v12.7.0')]),
      reason: 'ImageUnsupported',
    },
    { because: 'another version, new enough', world: worldOf([reporting('a', 'v12.9.0')]), reason: 'ImageVersionDiffers' },
    {
      because: 'a runner of an older spec may have had another image',
      world: worldOf([reporting('a', 'v12.7.0', { specHash: 'spec-of-yesterday' })]),
      reason: 'ImageVersionKnown',
    },
    {
      because: 'a registration without objects tells no spec',
      world: aWorld({ rows: [rowOf(tagsOf('a'), { version: 'v12.7.0' })] }),
      reason: 'ImageVersionKnown',
    },
    {
      because: 'a runner that has not started has told nothing',
      world: worldOf([{ ...startingWarm('a'), row: undeclaredRowOf(warmTagsOf('a')) }]),
      reason: 'ImageVersionKnown',
    },
    {
      because: 'a runner of somebody else is no matter of ours',
      world: worldOf([idleWarm('a')], { rows: [rowOf(tagsOf('z'), { version: 'v3.0.0', ownership: null })] }),
      reason: 'ImageVersionKnown',
    },
  ])('$reason: $because', ({ world, reason }) => {
    expect(imageFinding(world)?.reason).toBe(reason);
    expect(imageFinding(world)?.status).toBe(reason === 'ImageUnsupported' ? 'False' : 'True');
  });

  it('stops nothing', () => {
    const world = worldOf([reporting('a', 'v12.7.0')], { spec: { minRunners: 1 } });
    const { fates, effects } = plan(world, judge(world));
    expect(fates.map(({ phase, workload }) => [phase, workload])).toEqual([['idle', 'keep']]);
    expect(effects).toEqual([]);
  });
});

describe('while no runner reports', () => {
  const blind = aWorld({ forgejo: unavailable() });
  const lying = worldOf([reporting('a', 'v12.7.0')]);
  const said = statusOf(lying, { conditions: [], status: () => ({}) });

  function after(world: World, observedGeneration: number, words: Partial<PreviousCondition> = {}): Condition | undefined {
    const conditions = (said.conditions ?? []).map((each) => ({
      ...each,
      lastTransitionTime: secondsAgo(60),
      ...(each.type === 'ImageSupported' ? words : {}),
    }));
    return imageCondition(statusOf(world, { conditions, status: () => ({ ...said, observedGeneration }) }));
  }

  it.each([
    { because: 'Forgejo is away', world: blind },
    { because: 'the job has ended, and its runner with it', world: aWorld() },
    { because: 'the next runner is only starting', world: worldOf([startingWarm('b')]) },
  ])('what the last ones said stays, with its time: $because', ({ world }) => {
    expect(after(world, world.pool.generation)).toMatchObject({
      status: 'False',
      reason: 'ImageUnsupported',
      message: expect.stringContaining('12.7.0'),
      lastTransitionTime: '2026-11-25T11:59:00Z',
    });
  });

  it.each([
    { because: 'another spec is judged anew', world: aWorld(), observed: 2 },
    { because: 'another spec is judged anew, also without Forgejo', world: blind, observed: 2 },
    { because: 'a runner reports what the spec says', world: worldOf([idleWarm('b')]), observed: 3 },
  ])('the old word goes: $because', ({ world, observed }) => {
    expect(world.pool.generation).toBe(3);
    expect(after(world, observed)).toMatchObject({
      status: 'True',
      reason: 'ImageVersionKnown',
      lastTransitionTime: '2026-11-25T12:00:00Z',
    });
  });

  it.each([
    { because: 'it came from the spec', reason: 'ImageFloating' },
    { because: 'this version does not know it', reason: 'FromTheFuture' },
  ])('another word does not stay: $because', ({ reason }) => {
    expect(after(aWorld(), 3, { status: 'True', reason })?.reason).toBe('ImageVersionKnown');
  });

  it('a pool of which nothing was said is judged by its spec', () => {
    expect(imageCondition(statusOf(blind, { conditions: [], status: () => ({}) }))).toEqual({
      type: 'ImageSupported',
      status: 'True',
      reason: 'ImageVersionKnown',
      message: 'The runner image is data.forgejo.org/forgejo/runner:12.8.2.',
      lastTransitionTime: '2026-11-25T12:00:00Z',
    });
  });
});

describe('a spec that is not valid', () => {
  it('that can not be read says nothing of its image', () => {
    expect(imageFinding(aWorld({ spec: { runner: { image: 'unreadable' } } }))).toBeUndefined();
  });

  it('that is refused for its image says so', () => {
    const all = findingsForInvalidSpec([{ field: 'spec.runner.version', message: 'is too old' }]);
    expect(all[0]).toMatchObject({ type: 'ImageSupported', status: 'False', reason: 'ImageUnsupported' });
    expect(all[0]?.message).toMatch(/^spec\.runner\.version: is too old\. Set spec\.runner\.image /);
  });
});
