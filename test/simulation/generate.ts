/** From a seed to a scenario. */
import { createRandom, type Random } from '../../src/dev/forgejo/random.ts';
import { between, chance, oneOf, weighted } from './draw.ts';
import { drawDeletion, drawJob, drawTrouble } from './draw-action.ts';
import { drawSpec } from './draw-spec.ts';
import { RECIPES, type Recipe } from './recipes.ts';
import type { Action, Scenario, SimulationEvent, WorldKind } from './scenario.ts';

/** Consecutive seeds must not give similar worlds. */
const SEED_STRIDE = 0x9e3779b1;
/** The pool is up before anything goes wrong. */
const FIRST_EVENT_MS = 500;
/** Long enough for the windows of the first two minutes to open and to close in it; the runs begin late in the first one. */
const WINDOWS_MS = 95_000;

export function generateScenario(seed: number): Scenario {
  const random = createRandom(Math.imul(seed + 1, SEED_STRIDE));
  const world = weighted<WorldKind>(random, [
    [6, 'single'],
    [2, 'replicas'],
    [2, 'clusters'],
  ]);
  const neighbour = chance(random, 0.3);
  const recipe = chance(random, 0.35) ? oneOf(random, RECIPES) : null;
  const mode = chance(random, 0.7) ? 'Ephemeral' : 'Persistent';
  const spec = drawSpec(random, mode);
  const chaosMs = Math.max(between(random, 35_000, 70_000), recipe?.lastsMs ?? 0, spec.windows.length === 0 ? 0 : WINDOWS_MS);
  const base = {
    seed,
    world,
    mode,
    containerMode: chance(random, 0.2) ? 'Dind' : 'Host',
    ...spec,
    neighbour,
    // Forgejo's clock is behind, right, or ahead.
    offsetMs: oneOf(random, [0, 0, -600_000, 600_000, -7_000, 7_000]),
    lag: oneOf(random, [
      { ms: 5, jitterMs: 0 },
      { ms: 20, jitterMs: 100 },
      { ms: 50, jitterMs: 500 },
    ]),
    chaosMs,
  } as const;
  return { ...base, events: drawEvents(random, base, recipe) };
}

function drawEvents(
  random: Random,
  base: Pick<Scenario, 'world' | 'neighbour' | 'chaosMs' | 'containerMode' | 'sharing'>,
  recipe: Recipe | null,
): readonly SimulationEvent[] {
  const { world, neighbour, chaosMs } = base;
  const oneCluster = (): 0 | 1 => (world === 'clusters' && chance(random, 0.5) ? 1 : 0);
  const event = (action: Action, at = between(random, FIRST_EVENT_MS, chaosMs), cluster = oneCluster()): SimulationEvent => ({
    at,
    cluster,
    do: action,
  });
  const events: SimulationEvent[] = [];
  // Jobs come in bursts, as people push.
  for (let bursts = between(random, 3, 6); bursts > 0; bursts -= 1) {
    const at = between(random, FIRST_EVENT_MS, chaosMs * 0.8);
    for (let jobs = between(random, 1, 5); jobs > 0; jobs -= 1)
      events.push(event(drawJob(random, neighbour), at + between(random, 0, 500)));
  }
  const start = between(random, FIRST_EVENT_MS, Math.max(FIRST_EVENT_MS + 1, chaosMs - (recipe?.lastsMs ?? 0)));
  const place = oneCluster();
  for (const [after, action] of recipe?.steps(random) ?? []) events.push(event(action, start + after, place));
  // A recipe needs some quiet around it.
  for (let troubles = recipe === null ? between(random, 6, 15) : between(random, 2, 6); troubles > 0; troubles -= 1)
    events.push(event(drawTrouble(random, base)));
  if (chance(random, 0.25)) events.push(event(drawDeletion(random), between(random, chaosMs * 0.3, chaosMs * 0.8)));
  if (chance(random, 0.06)) events.push(event({ kind: 'deleteNamespace' }, chaosMs - 1_000));
  return events.toSorted((a, b) => a.at - b.at);
}
