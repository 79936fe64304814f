/** The life of a job up to its hand-out: queueing, needs, concurrency groups, and which job a runner gets. */
import { randomUuid } from './random.ts';
import { isDone, type Job, nowOf, type Runner, type State, type Task } from './state.ts';
import { repositoryNamed } from './world.ts';

export interface NewJob {
  /** `owner/name`. */
  readonly repository: string;
  readonly name: string;
  readonly runsOn: readonly string[];
  /** Names of jobs queued before, of the same run; without `run`, of the newest such job of the repository. */
  readonly needs?: readonly string[];
  /** `if: always()`. */
  readonly always?: boolean;
  /** Jobs of one group run one after the other; the later ones are listed as waiting all the same. */
  readonly concurrencyGroup?: string;
  /** How long a simulated runner takes for it, ms; default 1000. */
  readonly durationMs?: number;
  /** Its step exits with 1 after that time. */
  readonly fails?: boolean;
  /** Groups jobs for `needs`; a run of its own by default. */
  readonly run?: number;
}

export interface QueuedHandle {
  readonly id: number;
  readonly handle: string;
}

/** Shows in the queue at once, or when its needs are met. Throws when the repository or a needed job is unknown. */
export function queueJob(state: State, wanted: NewJob): QueuedHandle {
  const repository = repositoryNamed(state, wanted.repository);
  const neededJobIds = (wanted.needs ?? []).map((name) => neededJob(state, repository.id, name, wanted.run));
  state.lastIds.job += 1;
  state.lastIds.run = Math.max(wanted.run ?? 0, state.lastIds.run + (wanted.run === undefined ? 1 : 0));
  const job: Job = {
    id: state.lastIds.job,
    run: wanted.run ?? state.lastIds.run,
    repositoryId: repository.id,
    ownerId: repository.ownerId,
    name: wanted.name,
    runsOn: wanted.runsOn,
    needs: wanted.needs ?? [],
    neededJobIds,
    always: wanted.always ?? false,
    concurrencyGroup: wanted.concurrencyGroup ?? null,
    durationMs: wanted.durationMs ?? 1000,
    fails: wanted.fails ?? false,
    attempt: 1,
    handle: randomUuid(state.random),
    taskId: 0,
    status: neededJobIds.length === 0 ? 'waiting' : 'blocked',
    queuedAt: nowOf(state),
    updatedAt: nowOf(state),
    startedAt: null,
    stoppedAt: null,
    pastAttempts: [],
  };
  state.jobs.set(job.id, job);
  state.tasksVersion += 1;
  return { id: job.id, handle: job.handle };
}

/** Attempt n + 1 with a new handle; the old handle is dead. Throws while the job is not done. */
export function rerunJob(state: State, handle: string): QueuedHandle {
  const job = jobOf(state, handle);
  if (!isDone(job.status)) throw new Error(`job ${job.id} is ${job.status}: it can't be run again`);
  job.pastAttempts.push({ attempt: job.attempt, handle: job.handle, taskId: job.taskId, result: job.status });
  job.attempt += 1;
  job.handle = randomUuid(state.random);
  job.taskId = 0;
  job.status = 'waiting';
  job.updatedAt = nowOf(state);
  job.startedAt = null;
  job.stoppedAt = null;
  state.tasksVersion += 1;
  return { id: job.id, handle: job.handle };
}

export function jobOf(state: State, handle: string): Job {
  for (const job of state.jobs.values()) if (job.handle === handle) return job;
  throw new Error(`the embedded Forgejo has no job with the handle ${handle}`);
}

/** Lets the jobs through whose needs have been done for long enough; skips those whose needs failed. */
export function unblockJobs(state: State): void {
  const due = nowOf(state) - state.limits.needsDelayMs;
  for (const job of state.jobs.values()) {
    if (job.status !== 'blocked') continue;
    const needed = job.neededJobIds.flatMap((id) => state.jobs.get(id) ?? []);
    if (needed.some((other) => !isDone(other.status) || other.stoppedAt === null || other.stoppedAt > due)) continue;
    const runs = job.always || needed.every((other) => other.status === 'success');
    job.status = runs ? 'waiting' : 'skipped';
    job.updatedAt = nowOf(state);
    if (!runs) job.stoppedAt = nowOf(state);
    state.tasksVersion += 1;
  }
}

/** The task for this runner, with its job now running; null when there is none. `handle`: only that job. */
export function takeTask(state: State, runner: Runner, handle: string | null, requestKey: string | null): Task | null {
  const repeated = requestKey === null ? undefined : runningTasks(state, runner).find((task) => task.requestKey === requestKey);
  if (repeated !== undefined) return repeated;
  if (runner.ephemeral && runningTasks(state, runner).length > 0) return null;
  const job = [...state.jobs.values()]
    .filter((candidate) => handle === null || candidate.handle === handle)
    .filter((candidate) => isObtainable(state, runner, candidate))
    .sort((a, b) => a.updatedAt - b.updatedAt || a.id - b.id)[0];
  return job === undefined ? null : handOut(state, runner, job, requestKey);
}

function handOut(state: State, runner: Runner, job: Job, requestKey: string | null): Task {
  const now = nowOf(state);
  state.lastIds.task += 1;
  const task: Task = {
    id: state.lastIds.task,
    jobId: job.id,
    runnerId: runner.id,
    runnerUuid: runner.uuid,
    requestKey,
    startedAt: now,
    updatedAt: now,
    status: 'running',
    log: [],
    logArchived: false,
  };
  state.tasks.set(task.id, task);
  job.taskId = task.id;
  job.status = 'running';
  job.updatedAt = now;
  job.startedAt = now;
  return task;
}

function isObtainable(state: State, runner: Runner, job: Job): boolean {
  if (job.status !== 'waiting' || !isServed(state, runner, job) || isHeldBack(state, job)) return false;
  return job.runsOn.length > 0 && job.runsOn.every((label) => runner.labels?.includes(label) ?? false);
}

/** An owner's runner serves what that owner has now, with the Actions unit on; the two other kinds don't look at the unit. */
function isServed(state: State, runner: Runner, job: Job): boolean {
  if (runner.repositoryId !== 0) return runner.repositoryId === job.repositoryId;
  if (runner.ownerId === 0) return true;
  const repository = state.repositories.find((known) => known.id === job.repositoryId);
  return repository !== undefined && repository.ownerId === runner.ownerId && repository.actionsUnit;
}

function isHeldBack(state: State, job: Job): boolean {
  if (job.concurrencyGroup === null) return false;
  return [...state.jobs.values()].some(
    (other) =>
      other.id < job.id &&
      other.repositoryId === job.repositoryId &&
      other.concurrencyGroup === job.concurrencyGroup &&
      !isDone(other.status),
  );
}

export function runningTasks(state: State, runner: Runner): readonly Task[] {
  return [...state.tasks.values()].filter((task) => task.runnerId === runner.id && task.status === 'running');
}

function neededJob(state: State, repositoryId: number, name: string, run: number | undefined): number {
  const found = [...state.jobs.values()].findLast(
    (job) => job.repositoryId === repositoryId && job.name === name && (run === undefined || job.run === run),
  );
  if (found === undefined) throw new Error(`no job named ${name} was queued before`);
  return found.id;
}
