/** Troubles that only matter together: what chance alone would bring too seldom. */
import type { Random } from '../../src/dev/forgejo/random.ts';
import { between, chance, oneOf } from './draw.ts';
import { drawJob } from './draw-action.ts';
import type { Action } from './scenario.ts';

/** An event some milliseconds after the recipe's beginning. */
export type Step = readonly [after: number, action: Action];

export interface Recipe {
  readonly because: string;
  /** How long it takes at most, ms. */
  readonly lastsMs: number;
  readonly steps: (random: Random) => readonly Step[];
}

export const RECIPES: readonly Recipe[] = [
  {
    because: 'a Secret is deleted while its Pod has not started yet',
    lastsMs: 50_000,
    steps: (random) => [
      [0, { kind: 'nextPodFault', fault: { kind: 'imagePullFails', forMs: 60_000 }, times: 2 }],
      [50, job(random)],
      [between(random, 2_000, 8_000), { kind: 'deleteSecret', which: random.next() }],
    ],
  },
  {
    because: 'Secrets are refused, and Jobs are not',
    lastsMs: 50_000,
    steps: (random) => [
      [0, { kind: 'quota', of: 'Secret', forMs: between(random, 20_000, 45_000) }],
      [50, job(random)],
    ],
  },
  {
    because: 'Jobs and Deployments are refused, and Secrets are not',
    lastsMs: 50_000,
    steps: (random) => [
      [0, { kind: 'quota', of: 'Job', forMs: 45_000 }],
      [0, { kind: 'quota', of: 'Deployment', forMs: 45_000 }],
      [50, job(random)],
    ],
  },
  {
    because: 'no Pod is created, and then the Job is deleted',
    lastsMs: 50_000,
    steps: (random) => [
      [0, { kind: 'nextPodFault', fault: { kind: 'refused', message: 'exceeded quota: q, requested: pods=1' }, times: 10 }],
      [50, job(random)],
      [between(random, 30_000, 40_000), { kind: 'deleteWorkload', which: random.next(), propagation: 'Background' }],
    ],
  },
  {
    because: 'Forgejo answers the runners so slowly that they are long declared before they ask',
    lastsMs: 70_000,
    steps: (random) => [
      [0, { kind: 'forgejoFault', surface: 'rpc', fault: { kind: 'latency', ms: 20_000 }, forMs: 60_000, times: null, writesOnly: false }],
      [50, job(random)],
      [100, { kind: 'nextPodFault', fault: { kind: 'slowStart', ms: 12_000 }, times: 2 }],
    ],
  },
  {
    because: 'runners are cut off for longer than an outage explains, while the API answers',
    lastsMs: 210_000,
    steps: (random) => [
      [100_000, { ...job(random), durationMs: between(random, 5_000, 50_000) }],
      [103_000, { kind: 'runnersCutOff', forMs: between(random, 70_000, 100_000) }],
    ],
  },
  {
    because: 'a fetch is lost: Forgejo believes a task to run that nobody has',
    lastsMs: 20_000,
    steps: (random) => [
      [0, job(random)],
      [
        between(random, 300, 900),
        {
          kind: 'forgejoFault',
          surface: 'rpc',
          fault: { kind: 'loseAnswer' },
          forMs: 2_000,
          times: between(random, 1, 3),
          writesOnly: false,
        },
      ],
    ],
  },
  {
    because: 'a runner loses its Secret and its registration, and works on',
    lastsMs: 20_000,
    steps: (random) => [
      [0, job(random)],
      [between(random, 1_500, 6_000), { kind: 'deleteSecret', which: 0 }],
      [between(random, 6_000, 9_000), { kind: 'deleteRow', which: 0 }],
    ],
  },
  {
    because: 'the answer of a registration is lost',
    lastsMs: 20_000,
    steps: (random) => [
      [
        0,
        {
          kind: 'forgejoFault',
          surface: 'api',
          fault: { kind: 'loseAnswer' },
          forMs: 3_000,
          times: between(random, 1, 3),
          writesOnly: true,
        },
      ],
      [50, job(random)],
      ...(chance(random, 0.5) ? [[between(random, 500, 4_000), { kind: 'restartOperator', replica: 0 }] as const] : []),
    ],
  },
  {
    because: 'the answer that carries credentials is lost on its way to Metacontroller',
    lastsMs: 60_000,
    steps: (random) => [
      [0, { kind: 'hookFault', fault: { kind: 'loseAnswer' }, times: between(random, 1, 3), forMs: 5_000 }],
      [10, job(random)],
      ...(chance(random, 0.5)
        ? [[between(random, 100, 3_000), { kind: 'restartOperator', replica: oneOf(random, [0, 1] as const) }] as const]
        : []),
    ],
  },
  {
    because: 'a pool is deleted right after the answer of a registration was lost',
    lastsMs: 20_000,
    steps: (random) => [
      [0, { kind: 'forgejoFault', surface: 'api', fault: { kind: 'loseAnswer' }, forMs: 3_000, times: 1, writesOnly: true }],
      [50, job(random)],
      [between(random, 200, 3_000), { kind: 'deletePool', propagation: 'Background', recreateAfterMs: between(random, 1_000, 5_000) }],
    ],
  },
  {
    because: 'what stands in front of Forgejo answers 404 to what is to be deleted',
    lastsMs: 40_000,
    steps: (random) => [
      [0, { kind: 'scale', min: 2, max: 5 }],
      [
        between(random, 8_000, 12_000),
        {
          kind: 'forgejoFault',
          surface: 'api',
          fault: { kind: 'serverError', status: 404 },
          forMs: 25_000,
          times: between(random, 1, 3),
          writesOnly: true,
        },
      ],
      [12_500, { kind: 'scale', min: 0, max: 5 }],
    ],
  },
  {
    because: 'a daemon without its Secret is cut off while Forgejo can not be asked, and its Pod is replaced',
    lastsMs: 110_000,
    steps: (random) => [
      [0, { ...job(random), durationMs: 2_000 }],
      [9_000, { kind: 'forgejoFault', surface: 'api', fault: { kind: 'refuse' }, forMs: 80_000, times: null, writesOnly: false }],
      [9_500, { kind: 'runnersCutOff', forMs: 100_000 }],
      [10_000, { kind: 'deleteSecret', which: 0 }],
      [between(random, 60_000, 80_000), { kind: 'deletePod', which: 0, graceSeconds: null }],
    ],
  },
  {
    because: 'a pool is orphaned while a Pod of it finds no node',
    lastsMs: 20_000,
    steps: (random) => [
      [0, { kind: 'nextPodFault', fault: { kind: 'unschedulable', message: '0/3 nodes are available' }, times: 2 }],
      [50, job(random)],
      [between(random, 1_500, 6_000), { kind: 'deletePool', propagation: 'Orphan', recreateAfterMs: between(random, 100_000, 200_000) }],
    ],
  },
];

function job(random: Random): Extract<Action, { readonly kind: 'queue' }> {
  const drawn = drawJob(random, false);
  return { ...drawn, group: null };
}
