/** What may happen, each kind by its weight. */
import type { Random } from '../../src/dev/forgejo/random.ts';
import { between, chance, oneOf, weighted } from './draw.ts';
import { drawFaultAtCreation, drawFaultInLife, drawSidecarFault } from './draw-pod-fault.ts';
import type { Action, HookTrouble, LaggingKind, Scenario, ServerFault, Surface } from './scenario.ts';

type Draw = (random: Random) => Action;

const REPOSITORIES = ['acme/app', 'acme/site'] as const;
const PROPAGATIONS = ['Background', 'Foreground', 'Orphan'] as const;
const QUOTAS = ['Secret', 'Secret', 'Job', 'Deployment', 'ConfigMap'] as const;
const LAGGING: readonly LaggingKind[] = ['all', 'all', 'Secret', 'Job', 'Pod', 'Deployment', 'RunnerPool'];

const COMMON: readonly (readonly [number, Draw])[] = [
  // people
  [5, (random) => ({ kind: 'cancel', which: random.next() })],
  [4, (random) => ({ kind: 'rerun', which: random.next() })],
  [2, (random) => ({ kind: 'deleteRow', which: random.next() })],
  [2, (random) => ({ kind: 'quota', of: oneOf(random, QUOTAS), forMs: between(random, 2_000, 45_000) })],
  [2, (random) => ({ kind: 'twinRow', which: random.next() })],
  [3, (random) => ({ kind: 'scale', min: between(random, 0, 3), max: between(random, 0, 6) })],
  [3, (random) => ({ kind: 'editTemplate', value: String(between(random, 0, 3)) })],
  [1, (random) => ({ kind: 'addLabel', forMs: between(random, 2_000, 30_000) })],
  [1, (random) => ({ kind: 'removeLabel', forMs: between(random, 2_000, 30_000) })],
  [2, (random) => ({ kind: 'pause', forMs: between(random, 1_000, 20_000) })],
  [2, (random) => ({ kind: 'tokenSecretGone', forMs: between(random, 1_000, 20_000) })],
  [1, () => ({ kind: 'rotateToken' })],
  [3, (random) => ({ kind: 'deleteWorkload', which: random.next(), propagation: oneOf(random, ['Background', 'Foreground']) })],
  [3, (random) => ({ kind: 'deleteSecret', which: random.next() })],
  [4, (random) => ({ kind: 'deletePod', which: random.next(), graceSeconds: oneOf(random, [null, null, 0, 2]) })],
  [1, (random) => ({ kind: 'actionsUnitOff', repository: oneOf(random, REPOSITORIES), forMs: between(random, 2_000, 20_000) })],
  [1, (random) => ({ kind: 'repositoryAway', repository: oneOf(random, REPOSITORIES), forMs: between(random, 2_000, 20_000) })],
  [1, (random) => ({ kind: 'organizationRenamed', forMs: between(random, 1_000, 15_000) })],
  [1, (random) => ({ kind: 'actionsOff', forMs: between(random, 1_000, 15_000) })],
  // Pods
  [12, drawPodFault],
  [10, (random) => ({ kind: 'nextPodFault', fault: drawFaultAtCreation(random), times: chance(random, 0.2) ? 3 : 1 })],
  // Forgejo
  [14, drawForgejoFault],
  [2, (random) => ({ kind: 'forgejoRestart', forMs: between(random, 500, 15_000) })],
  [2, (random) => ({ kind: 'runnersCutOff', forMs: between(random, 2_000, chance(random, 0.2) ? 90_000 : 20_000) })],
  // the machinery
  [7, (random) => ({ kind: 'lag', of: oneOf(random, LAGGING), ms: between(random, 200, 5_000), forMs: between(random, 1_000, 20_000) })],
  [7, drawHookFault],
  [4, (random) => ({ kind: 'restartOperator', replica: oneOf(random, [0, 1] as const) })],
  [2, (random) => ({ kind: 'restartMetacontroller', downMs: between(random, 500, 8_000) })],
];

/** What only some worlds have. */
export function drawTrouble(
  random: Random,
  { world, containerMode, sharing }: Pick<Scenario, 'world' | 'containerMode' | 'sharing'>,
): Action {
  if (containerMode === 'Dind' && chance(random, 0.1)) return { kind: 'nextPodFault', fault: drawSidecarFault(random), times: 1 };
  if (sharing.choice !== null && chance(random, 0.1))
    return { kind: 'denyRepository', repository: oneOf(random, REPOSITORIES), forMs: between(random, 2_000, 40_000) };
  if (world === 'replicas' && chance(random, 0.15)) return { kind: 'route', to: oneOf(random, ['first', 'second', 'alternate'] as const) };
  return weighted(random, COMMON)(random);
}

export function drawJob(random: Random, neighbour: boolean): Extract<Action, { readonly kind: 'queue' }> {
  return {
    kind: 'queue',
    repository: oneOf(random, REPOSITORIES),
    label: neighbour && chance(random, 0.2) ? 'other' : 'docker',
    durationMs: chance(random, 0.1) ? between(random, 15_000, 40_000) : between(random, 200, 9_000),
    group: chance(random, 0.12) ? 'deploy' : null,
    fails: chance(random, 0.05),
  };
}

export function drawDeletion(random: Random): Action {
  return {
    kind: 'deletePool',
    propagation: oneOf(random, PROPAGATIONS),
    recreateAfterMs: chance(random, 0.8) ? between(random, 0, 10_000) : null,
  };
}

function drawPodFault(random: Random): Action {
  return { kind: 'podFault', which: random.next(), fault: drawFaultInLife(random) };
}

function drawForgejoFault(random: Random): Action {
  const surface: Surface = weighted(random, [
    [6, 'api'],
    [2, 'rpc'],
    [2, 'all'],
  ]);
  return {
    kind: 'forgejoFault',
    surface,
    fault: drawServerFault(random),
    forMs: between(random, 500, 12_000),
    times: chance(random, 0.6) ? between(random, 1, 4) : null,
    writesOnly: surface === 'api' && chance(random, 0.4),
  };
}

function drawServerFault(random: Random): ServerFault {
  return weighted<(random: Random) => ServerFault>(random, [
    [3, (each) => ({ kind: 'serverError', status: oneOf(each, [500, 502, 503]) })],
    [2, () => ({ kind: 'refuse' })],
    [4, () => ({ kind: 'loseAnswer' })],
    [3, (each) => ({ kind: 'latency', ms: between(each, 300, chance(each, 0.3) ? 20_000 : 4_000) })],
  ])(random);
}

function drawHookFault(random: Random): Action {
  const fault = weighted<(random: Random) => HookTrouble>(random, [
    [2, () => ({ kind: 'drop' })],
    [3, () => ({ kind: 'loseAnswer' })],
    [3, (each) => ({ kind: 'delay', ms: between(each, 500, 13_000) })],
  ])(random);
  return { kind: 'hookFault', fault, times: between(random, 1, 4), forMs: between(random, 2_000, 15_000) };
}
