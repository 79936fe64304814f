/** One row: how many syncs a second there were of those that were wanted, and what each cost whom. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Program } from '../cluster/program.ts';
import { until } from '../cluster/until.ts';
import type { Instance } from '../controller/metacontroller.ts';
import type { World } from '../world.ts';
import { applyPools, areSettled } from './pools.ts';
import type { Row } from './rows.ts';
import { type Usage, usageOf } from './usage.ts';

export interface Measured extends Row {
  /** From the start of Metacontroller to a first sync of every pool. */
  readonly firstSyncsSeconds: number;
  readonly wantedPerSecond: number;
  readonly gotPerSecond: number;
  /** Of one sync. */
  readonly cpuMs: { readonly metacontroller: number; readonly service: number; readonly apiServer: number };
  readonly residentMiB: { readonly metacontroller: number; readonly service: number };
}

const SETTLE_MS = 5_000;
/** Ten thousand pools on two cores that have everything else to do too. */
const FIRST_SYNCS_MS = 900_000;

export async function measure(world: World, row: Row, instances: readonly Instance[], seconds: number): Promise<Measured> {
  await applyPools(world, row);
  const startedAt = Date.now();
  for (const { program } of instances) await program.start();
  try {
    await until('every pool had its first sync', () => areSettled(world, row), { ms: FIRST_SYNCS_MS });
    const firstSyncsSeconds = (Date.now() - startedAt) / 1000;
    // What was late catches up, at least once around.
    await delay(Math.max(SETTLE_MS, row.pollSeconds * 1000));
    const before = await look(world, instances);
    await delay(seconds * 1000);
    const after = await look(world, instances);
    const syncs = after.syncs - before.syncs;
    const perSync = (of: (one: Look) => number): number => (of(after) - of(before)) / syncs;
    return {
      ...row,
      firstSyncsSeconds,
      wantedPerSecond: row.pools / row.pollSeconds,
      gotPerSecond: (syncs / (after.at - before.at)) * 1000,
      cpuMs: {
        metacontroller: perSync(({ metacontrollers }) => sum(metacontrollers.map(({ cpuMs }) => cpuMs))),
        service: perSync(({ service }) => service.cpuMs),
        apiServer: perSync(({ apiServer }) => apiServer.cpuMs),
      },
      residentMiB: {
        metacontroller: Math.max(...after.metacontrollers.map(({ residentMiB }) => residentMiB)),
        service: after.service.residentMiB,
      },
    };
  } finally {
    for (const { program } of instances) await program.stop();
  }
}

interface Look {
  readonly at: number;
  readonly syncs: number;
  readonly metacontrollers: readonly Usage[];
  readonly service: Usage;
  readonly apiServer: Usage;
}

async function look({ service, plane }: World, instances: readonly Instance[]): Promise<Look> {
  const syncs = sum(await Promise.all(instances.map((instance) => instance.syncs())));
  const used = (program: Program): Usage => usageOf(program.pid());
  return {
    at: Date.now(),
    syncs,
    metacontrollers: instances.map(({ program }) => used(program)),
    service: used(service.program),
    apiServer: used(plane.apiServer),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
