/** No task is lost by us, and what was lost by others is said to Forgejo. */
import type { Invariant } from './invariant.ts';
import { firstOf } from './invariant.ts';
import type { Ledger } from './ledger.ts';
import { worse } from './records.ts';
import type { Scenario } from './scenario.ts';
import { poolOf, type Seen } from './seen.ts';
import type { Simulation } from './simulation.ts';

/** A runner retries its last report for 51 s; this much disturbance of its protocol may cost it. */
const DISTURBED_TOO_LONG_MS = 20_000;
/** The guard: a list after the end, one question, 10 s of silence, the report. A lost node costs its Pod's grace and more. */
const REPORTED_WITHIN_MS = 400_000;
/** The world is looked at each half second, and each second once the faults have ended. */
const LOOKED_AT_EVERY_MS = 1_000;
/** 30 s, and the time between two looks at the world. */
const CANCELLED_ENDS_WITHIN_MS = 31_000;
/** Without credentials nobody can report it; Forgejo's own limit is 10 minutes, looked at every 5. */
const ZOMBIE_MS = 960_000;

export const busyRunnersKeepTheirRegistration: Invariant = {
  name: 'busyRunnersKeepTheirRegistration',
  because: 'Forgejo answers 204 for a busy runner, and its job then runs for ever',
  start({ ledger, scenario }) {
    let checked = 0;
    let secretsBefore: ReadonlySet<string> = new Set();
    const lastAlive = new Map<string, number>();
    const losesNamespace = scenario.events.some((event) => event.do.kind === 'deleteNamespace');
    return (seen) => {
      const fresh = seen.deletions.slice(checked);
      checked = seen.deletions.length;
      for (const uuid of seen.alive.keys()) lastAlive.set(uuid, seen.now);
      const secrets = new Set(seen.clusters.flatMap((each) => [...each.secrets]));
      // What is not reported is kept as long as its Secret is, and then can't be told from what is over.
      const couldReport = scenario.reportDeadRunners ? secretsBefore : secrets;
      secretsBefore = secrets;
      return firstOf(fresh, ({ name, uuid, runningTask }) => {
        if (runningTask === null || ledger.wasDeletedByHand(uuid)) return null;
        if (seen.held.has(runningTask) && !ledger.isOnLostNode(name))
          return `${name} was deregistered while it worked on task ${runningTask}`;
        // A request of a runner that is dead: what Forgejo hands out after its end can't be its own (src/pool/retire.ts).
        const startedAt = (seen.jobs.find(({ taskId }) => taskId === runningTask)?.startedAt ?? 0) - scenario.offsetMs;
        if (startedAt > (lastAlive.get(uuid) ?? 0) + LOOKED_AT_EVERY_MS) return null;
        // With its namespace its Secret goes before Forgejo calls it offline.
        if (ledger.wasSecretDeletedByHand(name) || losesNamespace) return null;
        return couldReport.has(name) ? `${name} was deregistered with task ${runningTask}, which nobody can report any more` : null;
      });
    };
  },
};

export const idleRunnersKeepTheirRegistration: Invariant = {
  name: 'idleRunnersKeepTheirRegistration',
  because: 'a runner that may take a task at any moment is stopped first: its Pod is deleted, or has no workload',
  start({ ledger }) {
    let checked = 0;
    return (seen) => {
      const fresh = seen.deletions.slice(checked);
      checked = seen.deletions.length;
      return firstOf(fresh, ({ name, uuid }) => {
        const process = seen.alive.get(uuid)?.[0];
        if (process === undefined || ledger.isOnLostNode(name) || ledger.wasDeletedByHand(uuid)) return null;
        const wanted = seen.clusters.some(({ pods, pools, workloads, secrets }) => {
          const pod = pods.find(({ metadata }) => metadata.name === process.pod);
          if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return false;
          const pool = pools.find(({ metadata }) => metadata.uid === poolOf(pod));
          return pool !== undefined && pool.metadata.deletionTimestamp === undefined && workloads.has(name) && secrets.has(name);
        });
        return wanted ? `${name} was deregistered although its Pod was to go on` : null;
      });
    };
  },
};

export const livingRunnersAreNotReported: Invariant = {
  name: 'livingRunnersAreNotReported',
  because: 'a report of failure ends the job of a runner that works',
  start({ ledger }) {
    return (seen) =>
      firstOf(
        seen.clusters.flatMap(({ processes }) => processes),
        ({ taskId, runner }) => {
          const job = seen.jobs.find((each) => taskId !== null && each.taskId === taskId);
          if (job === undefined || job.status !== 'failure' || job.fails || ledger.isOnLostNode(runner)) return null;
          return `task ${taskId} was reported as failed while ${runner} works on it`;
        },
      );
  },
};

export const noTaskIsLost: Invariant = {
  name: 'noTaskIsLost',
  because: 'a task fails by itself, or by what was done to its runner, and never by us',
  start(simulation) {
    const ended = new Set<number>();
    const everHeld = new Set<number>();
    const names = new Map<string, string>();
    return (seen) => {
      for (const taskId of seen.held) everHeld.add(taskId);
      for (const { uuid, name } of seen.rows) names.set(uuid, name);
      return firstOf(seen.jobs, (job) => {
        if (job.taskId === 0 || job.status === 'running' || ended.has(job.taskId)) return null;
        ended.add(job.taskId);
        if (job.status !== 'failure' || job.fails) return null;
        const runner = names.get(job.runnerUuid ?? '') ?? '';
        const startedAt = (job.startedAt ?? 0) - simulation.scenario.offsetMs;
        const reason =
          simulation.ledger.reasonFor(runner, seen.now) ?? reasonInTroubles(simulation, startedAt, seen.now, everHeld.has(job.taskId));
        return reason === null ? `task ${job.taskId} of ${runner} failed, and nothing was done to it` : null;
      });
    };
  },
};

function reasonInTroubles({ troubles }: Simulation, startedAt: number, endedAt: number, everHeld: boolean): string | null {
  if (!everHeld && troubles.rpcDisturbedMs(startedAt - 1_000, startedAt + 1_000) > 0) return 'the answer of its fetch was lost';
  return troubles.rpcDisturbedMs(startedAt, endedAt) >= DISTURBED_TOO_LONG_MS ? 'cut off for too long' : null;
}

export const deadRunnersAreReported: Invariant = {
  name: 'deadRunnersAreReported',
  because: 'without a report the job of a dead runner shows as running for 10 to 15 minutes',
  start(simulation) {
    const { troubles, ledger, scenario } = simulation;
    const dead = new Map<number, { readonly since: number; readonly canReport: boolean }>();
    return (seen) => {
      const running = seen.jobs.filter((job) => job.status === 'running' && !seen.held.has(job.taskId));
      for (const taskId of dead.keys()) if (!running.some((job) => job.taskId === taskId)) dead.delete(taskId);
      return firstOf(running, (job) => {
        const known = dead.get(job.taskId) ?? { since: seen.now, canReport: isReported(scenario) };
        const mayBeReported = known.canReport && canReport(seen, job.runnerUuid, ledger);
        dead.set(job.taskId, { ...known, canReport: mayBeReported });
        const waited = seen.now - Math.max(known.since, troubles.lastEnd(seen.now));
        if (mayBeReported) simulation.records = worse(simulation.records, { deadMs: waited });
        const bound = mayBeReported ? REPORTED_WITHIN_MS : ZOMBIE_MS;
        return waited > bound ? `task ${job.taskId} runs on ${Math.round(waited / 1000)} s after the end of its runner` : null;
      });
    };
  },
};

/** Lists that are further apart prove nothing about a runner that lives (src/pool/times.ts). */
const LISTS_AT_MOST_APART_SECONDS = 8;

function isReported({ reportDeadRunners, pollIntervalSeconds }: Scenario): boolean {
  return reportDeadRunners && pollIntervalSeconds < LISTS_AT_MOST_APART_SECONDS;
}

/** Somebody has its credentials, and a pool to use them for; on a lost node nothing of it lives on to be heard of. */
function canReport(seen: Seen, uuid: string | null, ledger: Ledger): boolean {
  const row = seen.rows.find((each) => each.uuid === uuid);
  if (row === undefined || (ledger.isOnLostNode(row.name) && seen.alive.has(row.uuid))) return false;
  return seen.clusters.some(({ secrets, pools }) => secrets.has(row.name) && pools.length > 0);
}

export const reportsAreOff: Invariant = {
  name: 'reportsAreOff',
  because: 'with `reportDeadRunners: false` nothing is ever reported',
  start: ({ scenario, decisions }) => {
    return () => (scenario.reportDeadRunners || decisions.reported.length === 0 ? null : `${decisions.reported[0]} was reported`);
  },
};

export const cancelledTasksEnd: Invariant = {
  name: 'cancelledTasksEnd',
  because: 'what a user has cancelled must not go on with what it does',
  start(simulation) {
    const { troubles, ledger } = simulation;
    const since = new Map<number, number>();
    return (seen) => {
      for (const { status, taskId } of seen.jobs)
        if (status === 'cancelled' && taskId > 0 && !since.has(taskId)) since.set(taskId, seen.now);
      return firstOf(
        seen.clusters.flatMap(({ processes }) => processes),
        ({ taskId, runner, uuid }) => {
          const cancelledAt = since.get(taskId ?? 0);
          if (cancelledAt === undefined || ledger.wasDeletedByHand(uuid)) return null;
          const waited = seen.now - Math.max(cancelledAt, troubles.lastEnd(seen.now));
          simulation.records = worse(simulation.records, { cancelMs: waited });
          return waited > CANCELLED_ENDS_WITHIN_MS
            ? `${runner} still works on task ${taskId}, cancelled ${Math.round(waited / 1000)} s ago`
            : null;
        },
      );
    };
  },
};

export const TASK_INVARIANTS: readonly Invariant[] = [
  busyRunnersKeepTheirRegistration,
  idleRunnersKeepTheirRegistration,
  livingRunnersAreNotReported,
  noTaskIsLost,
  deadRunnersAreReported,
  reportsAreOff,
  cancelledTasksEnd,
];
