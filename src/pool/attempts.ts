/** Which attempt the next runner of a handle (or the next warm or persistent one) is: names are never used again. */

import type { QueuedJob } from './forgejo.ts';
import type { Effect, Memory, NewRunner, World } from './model.ts';
import { runnerName } from './naming.ts';
import { describeOwnership } from './ownership.ts';
import type { Slot } from './slots.ts';

/** 1 + the highest attempt of that handle among objects, rows and what is remembered. */
export function nextAttempt(handle: string, slots: readonly Slot[], memory: Memory): number {
  const seen = [
    ...slots.filter((slot) => slot.tags.handle === handle).map((slot) => slot.tags.attempt),
    ...memory.recent.filter((recent) => recent.handle === handle).map((recent) => recent.attempt),
    ...memory.backoff.filter((entry) => entry.key === handle).map((entry) => entry.attempts),
  ];
  return 1 + Math.max(0, ...seen);
}

/** The highest attempt ever used by a runner without a handle. */
export function lastWarmAttempt(slots: readonly Slot[], memory: Memory): number {
  const later = (last: number, { handle, attempt }: Pick<NewRunner, 'handle' | 'attempt'>): number =>
    handle === null ? Math.max(last, attempt) : last;
  const ofSlots = slots.reduce((last, { tags }) => later(last, tags), memory.lastWarmAttempt);
  return memory.recent.reduce(later, ofSlots);
}

export function newRunner(world: World, job: QueuedJob | null, attempt: number): NewRunner {
  return {
    runner: runnerName(world.pool, job?.handle ?? null, attempt),
    handle: job?.handle ?? null,
    repositoryId: job?.repositoryId ?? null,
    job: job?.name ?? null,
    attempt,
    specHash: world.specHash,
  };
}

export function registerEffect(world: World, tags: NewRunner): Effect {
  const description = describeOwnership({ poolUid: world.pool.uid, handle: tags.handle, attempt: tags.attempt, createdAt: world.now });
  return { kind: 'register', tags, description, ephemeral: world.spec.mode === 'Ephemeral' };
}
