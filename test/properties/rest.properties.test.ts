import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLive } from '../../src/pool/judge.ts';
import type { World } from '../../src/pool/model.ts';
import { renderStatus } from '../../src/pool/status.ts';
import { worlds } from './generators.ts';
import { firstStep, nextStep, type Step } from './ideal-world.ts';
import { checkAnswer, checkInvariants } from './invariants.ts';

/** A minute each: enough for the longest back-off, the idle time-out and the time to start, one after the other. */
const STEPS = 90;

describe('a pool in a world where everything works', () => {
  test('comes to rest: nothing is asked of Forgejo any more and the status stays as it is', () => {
    fc.assert(
      fc.property(worlds(true), (world) => {
        const steps = run(world);
        const [before, last] = [steps.at(-2), steps.at(-1)];
        expect(steps.slice(-3).flatMap((step) => step.plan.effects)).toEqual([]);
        expect(last && statusOf(last)).toEqual(before && statusOf(before));
      }),
      { numRuns: 300 },
    );
  });

  test('keeps every invariant on its way there', () => {
    fc.assert(
      fc.property(worlds(true), (world) => {
        for (const { world: at, slots, plan, settled } of run(world, 25)) {
          expect([...checkInvariants(at, slots, plan), ...checkAnswer(plan, settled)]).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('has its idle minimum, and a runner for every job that it may serve, as far as maxRunners allows', () => {
    fc.assert(
      fc.property(worlds(true), (world) => {
        const last = run({ ...world, spec: { ...world.spec, paused: false }, namespaceTerminating: false }).at(-1);
        const live = last?.slots.filter((slot) => isLive(slot.phase)).length ?? 0;
        const wanted = Math.min(last?.plan.desired ?? 0, world.spec.maxRunners);
        expect(live).toBeGreaterThanOrEqual(wanted);
        expect(live).toBeGreaterThanOrEqual(Math.min(world.spec.minRunners, world.spec.maxRunners));
      }),
      { numRuns: 300 },
    );
  });
});

function run(world: World, steps = STEPS): readonly Step[] {
  const all = [firstStep(world)];
  for (let step = all[0]; step !== undefined && all.length < steps; ) {
    step = nextStep(step);
    all.push(step);
  }
  return all;
}

function statusOf({ world, plan, settled }: Step): unknown {
  return renderStatus(world, plan, settled, [], { conditions: [], status: () => ({}) });
}
