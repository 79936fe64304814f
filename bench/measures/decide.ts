/** What deciding costs for each slot, beside reading the slot from its JSON at all, and whether it stays linear. */
import { judge } from '../../src/pool/judge.ts';
import { plan } from '../../src/pool/plan.ts';
import { growPool } from '../fixture/grown-pool.ts';
import { type GrownWorld, growWorld } from '../fixture/grown-world.ts';
import { interleave } from '../interleave.ts';
import type { Case, Description, Measure, Pair, Run } from '../measure.ts';

interface Size {
  readonly slots: number;
  /** So often in one sample, for what is done in microseconds. */
  readonly times: number;
  readonly pairs: number;
}

const SIZES: readonly Size[] = [
  { slots: 10, times: 50, pairs: 60 },
  { slots: 100, times: 10, pairs: 40 },
  { slots: 1_000, times: 1, pairs: 30 },
  { slots: 10_000, times: 1, pairs: 7 },
];
const GROWN = 10;
/** Linear: a slot among ten thousand costs what one among a thousand does, but for what the caches of a processor make of it. */
const LINEAR = { name: '10000 slots beside 1000', atMost: 1.5, few: 1_000, many: 10_000 };
const QUICK_SHARE = 4;

const description: Description = {
  name: 'decide',
  measures: 'classify + plan, per slot',
  beside: 'JSON.parse of the same slots',
  cases: [
    ...SIZES.map(({ slots }): Case => ({ name: caseName(slots), unit: 'ns a slot', goal: { kind: 'ratio', atMost: 0.5 } })),
    { name: LINEAR.name, unit: 'ns a slot', goal: { kind: 'ratio', atMost: LINEAR.atMost } },
  ],
};

export const decide: Measure = { description, pairs };

async function* pairs({ quick, note }: Run): AsyncGenerator<Pair> {
  const grown = await growPool({ forgejoUrl: 'http://forgejo.test', runners: GROWN, pollIntervalSeconds: 2 });
  const worlds = new Map<number, GrownWorld>();
  for (const { slots, times, pairs: wanted } of SIZES) {
    const world = growWorld(grown, slots);
    assertQuiet(world);
    worlds.set(slots, world);
    note(`${caseName(slots)}: ${(world.wire.length / slots / 1000).toFixed(1)} kB of JSON a slot`);
    yield* interleave({
      case: caseName(slots),
      ours: perSlot(slots, times, () => decideOn(world)),
      beside: perSlot(slots, times, () => JSON.parse(world.wire)),
      warmUps: 3,
      pairs: quick ? Math.ceil(wanted / QUICK_SHARE) : wanted,
    });
  }
  const [few, many] = [worlds.get(LINEAR.few), worlds.get(LINEAR.many)];
  if (few === undefined || many === undefined) throw new Error('the sizes that are compared were not made');
  const share = LINEAR.many / LINEAR.few;
  yield* interleave({
    case: LINEAR.name,
    ours: perSlot(LINEAR.many, 1, () => decideOn(many)),
    beside: perSlot(LINEAR.few, share, () => decideOn(few)),
    warmUps: 1,
    pairs: quick ? 3 : 9,
  });
}

/** Nanoseconds for each slot. */
function perSlot(slots: number, times: number, work: () => unknown): () => number {
  return () => {
    const startedAt = process.hrtime.bigint();
    for (let time = 0; time < times; time += 1) work();
    return Number(process.hrtime.bigint() - startedAt) / times / slots;
  };
}

function decideOn({ world }: GrownWorld): ReturnType<typeof plan> {
  return plan(world, judge(world));
}

/** It must be the decision of a pool at rest: nothing to do for any slot. */
function assertQuiet(grown: GrownWorld): void {
  const { effects, fates, desired } = decideOn(grown);
  if (effects.length > 0 || desired !== grown.slots || fates.some(({ workload }) => workload !== 'keep')) {
    throw new Error(`a world of ${grown.slots} slots is not at rest: ${effects.length} effects, ${desired} runners wanted`);
  }
}

function caseName(slots: number): string {
  return `${slots} slots`;
}
