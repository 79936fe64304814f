/** No task is lost by us, and what was lost by others is said to Forgejo. */
import type { Invariant } from './invariant.ts';
import { firstOf } from './invariant.ts';
import type { Ledger } from './ledger.ts';
import { poolOf, type Seen } from './seen.ts';
import type { Simulation } from './simulation.ts';

/** A runner retries its last report for 51 s; this much disturbance of its protocol may cost it. */
const DISTURBED_TOO_LONG_MS = 20_000;
/** The guard: a list after the end, one question, 10 s of silence, the report. A lost node costs its Pod's grace and more. */
const REPORTED_WITHIN_MS = 400_000;
/** Without credentials nobody can report it; Forgejo's own limit is 10 minutes, looked at every 5. */
const ZOMBIE_MS = 960_000;

export const busyRunnersKeepTheirRegistration: Invariant = {
  name: 'busyRunnersKeepTheirRegistration',
  because: 'Forgejo answers 204 for a busy runner, and its job then runs for ever',
  start({ ledger }) {
    let checked = 0;
    let secretsBefore: ReadonlySet<string> = new Set();
    return (seen) => {
      const fresh = seen.deletions.slice(checked);
      checked = seen.deletions.length;
      const couldReport = secretsBefore;
      secretsBefore = new Set(seen.clusters.flatMap(({ secrets }) => [...secrets]));
      return firstOf(fresh, ({ name, uuid, runningTask }) => {
        if (runningTask === null || ledger.wasDeletedByHand(uuid)) return null;
        if (seen.held.has(runningTask) && !ledger.isOnLostNode(name))
          return `${name} was deregistered while it worked on task ${runningTask}`;
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
  start({ troubles, ledger }) {
    const dead = new Map<number, { readonly since: number; readonly canReport: boolean }>();
    return (seen) => {
      const running = seen.jobs.filter((job) => job.status === 'running' && !seen.held.has(job.taskId));
      for (const taskId of dead.keys()) if (!running.some((job) => job.taskId === taskId)) dead.delete(taskId);
      return firstOf(running, (job) => {
        const known = dead.get(job.taskId) ?? { since: seen.now, canReport: true };
        const mayBeReported = known.canReport && canReport(seen, job.runnerUuid, ledger);
        dead.set(job.taskId, { ...known, canReport: mayBeReported });
        const waited = seen.now - Math.max(known.since, troubles.lastEnd(seen.now));
        const bound = mayBeReported ? REPORTED_WITHIN_MS : ZOMBIE_MS;
        return waited > bound ? `task ${job.taskId} runs on ${Math.round(waited / 1000)} s after the end of its runner` : null;
      });
    };
  },
};

/** Somebody has its credentials, and a pool to use them for; on a lost node nothing of it lives on to be heard of. */
function canReport(seen: Seen, uuid: string | null, ledger: Ledger): boolean {
  const row = seen.rows.find((each) => each.uuid === uuid);
  if (row === undefined || (ledger.isOnLostNode(row.name) && seen.alive.has(row.uuid))) return false;
  return seen.clusters.some(({ secrets, pools }) => secrets.has(row.name) && pools.length > 0);
}

export const TASK_INVARIANTS: readonly Invariant[] = [
  busyRunnersKeepTheirRegistration,
  idleRunnersKeepTheirRegistration,
  livingRunnersAreNotReported,
  noTaskIsLost,
  deadRunnersAreReported,
];
