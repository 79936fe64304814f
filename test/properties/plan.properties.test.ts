import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planFinalize } from '../../src/pool/finalize.ts';
import { judge } from '../../src/pool/judge.ts';
import type { World } from '../../src/pool/model.ts';
import { plan } from '../../src/pool/plan.ts';
import { settle } from '../../src/pool/settle.ts';
import { secondsAgo } from '../pool/support/builders.ts';
import { worlds } from './generators.ts';
import { checkAnswer, checkFinalizeInvariants, checkInvariants } from './invariants.ts';

const RUNS = { numRuns: 3000 };

describe('every decision, in whatever world', () => {
  test('keeps the invariants', () => {
    fc.assert(
      fc.property(worlds(), (world) => {
        const slots = judge(world);
        expect(checkInvariants(world, slots, plan(world, slots))).toEqual([]);
      }),
      RUNS,
    );
  });

  test('keeps the invariants when the pool is deleted', () => {
    fc.assert(
      fc.property(worlds(), fc.boolean(), fc.constantFrom(null, secondsAgo(3600)), (world, observesChildren, scopeGoneSince) => {
        const slots = judge(world);
        const made = planFinalize(world, slots, { observesChildren, withoutTokenSince: null, scopeGoneSince });
        expect(checkFinalizeInvariants(world, slots, made)).toEqual([]);
      }),
      RUNS,
    );
  });

  test('becomes an answer that forgets no child, though no effect was tried', () => {
    fc.assert(
      fc.property(worlds(), (world) => {
        const slots = judge(world);
        const made = plan(world, slots);
        const outcomes = made.effects.map((effect) => ({ kind: 'deferred', effect }) as const);
        expect(checkAnswer(made, settle(world, slots, made, outcomes))).toEqual([]);
      }),
      RUNS,
    );
  });

  test('keeps every child while Forgejo is away, unless it was being stopped', () => {
    fc.assert(
      fc.property(worlds(), (world) => {
        const blind: World = { ...world, forgejo: { ...UNAVAILABLE, nextReadAt: world.now } };
        const slots = judge(blind);
        const made = plan(blind, slots);
        const kept = settle(blind, slots, made, []).children.flatMap((child) =>
          'runner' in child ? [`${child.kind} ${child.runner}`] : [],
        );
        const stopping = new Set(slots.filter((slot) => slot.phase === 'stopping').map((slot) => slot.key));
        const secrets = blind.observed.secrets.map(({ tags }) => `keepSecret ${tags.runner}`);
        const workloads = blind.observed.workloads
          .filter(({ tags }) => !stopping.has(tags.runner))
          .map(({ tags }) => `keepWorkload ${tags.runner}`);
        expect(kept.toSorted()).toEqual([...secrets, ...workloads].toSorted());
        expect(made.effects).toEqual([]);
      }),
      RUNS,
    );
  });

  test('does not depend on the order in which things are listed', () => {
    fc.assert(
      fc.property(
        worlds().chain((world) => fc.tuple(fc.constant(world), shuffled(world))),
        ([world, other]) => {
          expect(decisionOf(other)).toEqual(decisionOf(world));
        },
      ),
      RUNS,
    );
  });
});

const UNAVAILABLE = {
  kind: 'unavailable',
  failure: { kind: 'timeout', method: 'GET', path: '/api/v1/user/actions/runners', afterMs: 5000 },
} as const;

function decisionOf(world: World): unknown {
  const slots = judge(world);
  const { effects, backoff, recent, desired, atMaximum, fates } = plan(world, slots);
  const outcome = fates.map(({ slot, secret, workload, phase }) => [slot.key, secret, workload, phase]);
  return {
    phases: slots.map(({ key, phase, ruledBy }) => [key, phase, ruledBy]),
    effects,
    backoff: backoff.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    recent,
    desired,
    atMaximum,
    outcome,
  };
}

function shuffled(world: World): fc.Arbitrary<World> {
  const { observed, memory, forgejo } = world;
  const snapshot = forgejo.kind === 'answered' ? forgejo.snapshot : null;
  return fc
    .record({
      secrets: shuffle(observed.secrets),
      workloads: shuffle(observed.workloads),
      pods: shuffle(observed.pods),
      runners: shuffle(memory.runners),
      backoff: shuffle(memory.backoff),
      rows: shuffle(snapshot?.registrations ?? []),
      jobs: shuffle(snapshot?.jobs ?? []),
    })
    .map(({ secrets, workloads, pods, runners, backoff, rows, jobs }): World => {
      const view =
        snapshot === null || forgejo.kind !== 'answered' ? forgejo : { ...forgejo, snapshot: { ...snapshot, registrations: rows, jobs } };
      return { ...world, observed: { secrets, workloads, pods }, memory: { ...memory, runners, backoff }, forgejo: view };
    });
}

function shuffle<T>(list: readonly T[]): fc.Arbitrary<T[]> {
  return fc.shuffledSubarray([...list], { minLength: list.length });
}
