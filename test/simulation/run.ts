/** Plays one scenario under virtual time, and holds every invariant against every step of it. */
import { KIND } from '../../src/api/keys.ts';
import type { RenderAssets } from '../../src/children/input.ts';
import { createVirtualWorld, type VirtualWorld } from '../../src/dev/virtual-world.ts';
import { applyEvent } from './apply.ts';
import { watchDecisions } from './decisions.ts';
import type { Check } from './invariant.ts';
import { LOAD_INVARIANTS } from './invariants-of-load.ts';
import { leavingNamespacesGetNothing } from './invariants-of-namespaces.ts';
import { retriesBackOff } from './invariants-of-retries.ts';
import { rollsInSteps } from './invariants-of-rolling.ts';
import { RUNNER_INVARIANTS } from './invariants-of-runners.ts';
import { secretsOutliveRegistrations } from './invariants-of-secrets.ts';
import { SHARING_INVARIANTS } from './invariants-of-sharing.ts';
import { TASK_INVARIANTS } from './invariants-of-tasks.ts';
import { loadOf } from './load.ts';
import { NAMESPACE } from './names.ts';
import type { Scenario } from './scenario.ts';
import { look, type Seen } from './seen.ts';
import { setUp } from './set-up.ts';
import { deletePools, endFaults, leftovers, openJobs, removeLostPods, restMark, restProblem } from './settle.ts';
import { createSimulation, elapsed, type Simulation } from './simulation.ts';
import { addCounts, EMPTY_TALLY, isThin, type Tally } from './tally.ts';

/** What a run needs from disk. */
export interface Assets {
  readonly controller: unknown;
  readonly assets: RenderAssets;
}

export interface Violation {
  readonly kind: 'violation';
  readonly invariant: string;
  /** Virtual ms since the beginning. */
  readonly at: number;
  readonly detail: string;
}

export type Result = { readonly kind: 'passed'; readonly tally: Tally } | Violation;

export const ALL_INVARIANTS = [
  ...TASK_INVARIANTS,
  ...RUNNER_INVARIANTS,
  leavingNamespacesGetNothing,
  secretsOutliveRegistrations,
  retriesBackOff,
  ...SHARING_INVARIANTS,
  rollsInSteps,
  ...LOAD_INVARIANTS,
];

const MIDNIGHT = Date.parse('2026-11-24T00:00:00Z');
const STEP_MS = 500;
const SETTLE_STEP_MS = 1_000;
/** Back-off of a handle ends after 300 s at most, of a failed start after 600 s; few reach them in a minute of chaos. */
const JOBS_END_WITHIN_MS = 700_000;
const RESTS_WITHIN_MS = 700_000;
/** At rest for so long nothing is written. */
const REST_MS = 20_000;

class Broken extends Error {
  readonly violation: Violation;

  constructor(violation: Violation) {
    super(violation.detail);
    this.violation = violation;
  }
}

export async function runScenario(scenario: Scenario, assets: Assets): Promise<Result> {
  const decisions = watchDecisions();
  const world = createVirtualWorld({
    seed: scenario.seed,
    ...assets,
    log: decisions.log,
    lag: scenario.lag,
    offsetMs: scenario.offsetMs,
    startedAt: MIDNIGHT + scenario.startSecond * 1000,
    clusters: scenario.world === 'clusters' ? 2 : 1,
    replicas: scenario.world === 'replicas' ? 2 : 1,
  });
  const simulation = createSimulation(scenario, world, decisions);
  try {
    return { kind: 'passed', tally: await play(simulation) };
  } catch (error) {
    if (error instanceof Broken) return error.violation;
    throw error;
  } finally {
    for (const cluster of world.clusters) cluster.stop();
  }
}

async function play(simulation: Simulation): Promise<Tally> {
  const checks = ALL_INVARIANTS.map((invariant) => [invariant.name, invariant.start(simulation)] as const);
  const step = (): Seen => checkAll(simulation, checks);
  await setUp(simulation);
  const interventions = await chaos(simulation, step);
  endFaults(simulation);
  const waits = await jobsEnd(simulation, step);
  await rest(simulation, step);
  const own = new Set(simulation.world.clusters.flatMap((cluster) => cluster.list(KIND, NAMESPACE).map(({ metadata }) => metadata.uid)));
  await deletion(simulation, step, own);
  return tallyOf(simulation, interventions, waits);
}

function checkAll(simulation: Simulation, checks: readonly (readonly [string, Check])[]): Seen {
  const seen = look(simulation);
  for (const [invariant, check] of checks) {
    const detail = check(seen);
    if (detail !== null) throw broken(simulation, invariant, detail);
  }
  return seen;
}

function broken(simulation: Simulation, invariant: string, detail: string): Broken {
  return new Broken({ kind: 'violation', invariant, at: elapsed(simulation), detail });
}

/** Returns how often each kind of intervention had something to happen to. */
async function chaos(simulation: Simulation, step: () => Seen): Promise<Record<string, number>> {
  const { scenario, agenda, world } = simulation;
  const applied: Record<string, number> = {};
  const events = [...scenario.events];
  while (elapsed(simulation) < scenario.chaosMs) {
    const until = Math.min(elapsed(simulation) + STEP_MS, events[0]?.at ?? Number.POSITIVE_INFINITY, agenda.nextAt(), scenario.chaosMs);
    await world.clock.advance(Math.max(0, until - elapsed(simulation)));
    step();
    agenda.run(elapsed(simulation));
    while (events[0] !== undefined && events[0].at <= elapsed(simulation)) {
      const event = events.shift();
      if (event !== undefined && applyEvent(simulation, event)) applied[event.do.kind] = (applied[event.do.kind] ?? 0) + 1;
    }
  }
  return applied;
}

/** A second later. */
async function tick(simulation: Simulation, step: () => Seen): Promise<Seen> {
  await simulation.world.clock.advance(SETTLE_STEP_MS);
  simulation.agenda.run(elapsed(simulation));
  // Forgejo's own time limits run without requests too.
  simulation.world.forgejo.tick();
  removeLostPods(simulation);
  return step();
}

/** Returns the time from the last fault to the end of the last job, ms. */
async function jobsEnd(simulation: Simulation, step: () => Seen): Promise<number> {
  let lastFault = elapsed(simulation);
  let struck = strikes(simulation.world);
  for (;;) {
    const seen = await tick(simulation, step);
    if (simulation.poolsToReturn.size > 0) {
      lastFault = elapsed(simulation);
      continue;
    }
    const open = openJobs(simulation, seen);
    const now = strikes(simulation.world);
    // How long the task of a dead runner may go on is an invariant of its own; what waits for it is no job that can run.
    const dead = open.some(({ status, taskId }) => status === 'running' && !seen.held.has(taskId));
    if (now !== struck || dead) lastFault = elapsed(simulation);
    struck = now;
    const waited = elapsed(simulation) - lastFault;
    if (open.length === 0) return waited;
    const first = open[0];
    if (waited > JOBS_END_WITHIN_MS) {
      throw broken(simulation, 'jobsRun', `job ${first?.id} (${first?.runsOn.join()}) is still ${first?.status}`);
    }
  }
}

/** Waits until nothing changes any more: no status write, no child, no row. */
async function rest(simulation: Simulation, step: () => Seen): Promise<void> {
  const begun = elapsed(simulation);
  let quietSince = begun;
  let mark = '';
  for (;;) {
    const seen = await tick(simulation, step);
    const next = restMark(simulation, seen);
    if (next !== mark) quietSince = elapsed(simulation);
    mark = next;
    const problem = restProblem(simulation, seen);
    if (elapsed(simulation) - quietSince >= REST_MS && problem === null) return;
    if (elapsed(simulation) - begun > RESTS_WITHIN_MS) throw broken(simulation, 'comesToRest', problem ?? 'something changes without end');
  }
}

async function deletion(simulation: Simulation, step: () => Seen, own: ReadonlySet<string>): Promise<void> {
  deletePools(simulation);
  let seen = step();
  // How long that may take is an invariant of its own.
  while (seen.clusters.some(({ pools }) => pools.length > 0)) seen = await tick(simulation, step);
  // The garbage collector follows the finalizer.
  seen = await tick(simulation, step);
  const left = leftovers(simulation, seen, own);
  if (left.length > 0) throw broken(simulation, 'nothingIsLeft', left.join(', '));
  const { ledger } = simulation;
  // A deleted pool waits for `drainTimeoutSeconds`; a job that nobody reports goes on for longer.
  if (!simulation.scenario.reportDeadRunners) return;
  const givenUp = simulation.decisions.leftBehind.filter((name) => !ledger.isOnLostNode(name) && !simulation.orphanedDaemons.has(name));
  if (givenUp.length > 0 && simulation.namespacesGone.size === 0)
    throw broken(simulation, 'nothingIsLeft', `given up: ${givenUp.join(', ')}`);
}

function strikes({ clusters, forgejo }: VirtualWorld): number {
  const maps = [...clusters.map(({ struck }) => struck), forgejo.struck];
  return maps.reduce((sum, struck) => sum + [...struck.values()].reduce((a, b) => a + b, 0), 0);
}

function tallyOf(simulation: Simulation, interventions: Record<string, number>, longestWaitMs: number): Tally {
  const { world } = simulation;
  const jobs = world.forgejo.jobs();
  const { queue: jobsQueued = 0, ...others } = interventions;
  const struck = [...world.clusters.map((cluster) => Object.fromEntries(cluster.struck)), forgejoStrikes(world)];
  const { records, decisions } = simulation;
  const { rows, transitions } = decisions;
  // What is armed strikes later, and is counted then.
  const { nextPodFault: _armed, podFault: _hit, forgejoFault: _rule, hookFault: _calls, ...counted } = others;
  const faults = struck.reduce(addCounts, counted);
  const results: Record<string, number> = {};
  for (const { status } of jobs) {
    const result = status === 'waiting' || status === 'blocked' ? 'open' : status;
    results[result] = (results[result] ?? 0) + 1;
  }
  const tally = {
    ...EMPTY_TALLY,
    ...loadOf(simulation),
    runs: 1,
    jobsQueued,
    jobs: results,
    faults,
    rows,
    transitions,
    longestWaitMs,
    records,
  };
  return { ...tally, virtualSeconds: Math.round(elapsed(simulation) / 1000), thin: isThin(tally) ? 1 : 0 };
}

function forgejoStrikes({ forgejo }: VirtualWorld): Readonly<Record<string, number>> {
  return Object.fromEntries([...forgejo.struck].map(([kind, count]) => [`forgejo:${kind}`, count]));
}
