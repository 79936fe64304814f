/** The table of runners: creating, finding by scope, status, and the object that the REST API shows. */
import type { Target } from './authorize.ts';
import { randomHex, randomUuid } from './random.ts';
import type { RunnerForm } from './runner-form.ts';
import { nowOf, type Runner, type State } from './state.ts';

/** Facts section 2: a runner that was not seen for longer is offline. */
const OFFLINE_AFTER_MS = 60_000;
/** Facts section 2: a runner that reported on a task within this time is active. */
const IDLE_AFTER_MS = 10_000;

export type RunnerStatus = 'offline' | 'idle' | 'active';

/** A runner as `GET …/actions/runners/{id}` shows it. */
export interface RunnerView {
  readonly id: number;
  readonly uuid: string;
  readonly owner_id: number;
  readonly repo_id: number;
  readonly name: string;
  readonly status: RunnerStatus;
  readonly version: string;
  readonly labels: readonly string[] | null;
  readonly description: string;
  readonly ephemeral: boolean;
}

/** Names need not be unique. */
export function createRunner(state: State, target: Target, form: RunnerForm): Runner {
  state.lastIds.runner += 1;
  const runner: Runner = {
    id: state.lastIds.runner,
    uuid: randomUuid(state.random),
    token: randomHex(state.random, 40),
    ownerId: target.kind === 'repository' ? 0 : target.ownerId,
    repositoryId: target.repositoryId,
    name: form.name,
    description: form.description,
    ephemeral: form.ephemeral,
    version: '',
    labels: null,
    lastOnline: 0,
    lastActive: 0,
  };
  state.runners.set(runner.id, runner);
  return runner;
}

export function statusOf(runner: Runner, now: number): RunnerStatus {
  if (now - runner.lastOnline * 1000 > OFFLINE_AFTER_MS) return 'offline';
  return now - runner.lastActive * 1000 > IDLE_AFTER_MS ? 'idle' : 'active';
}

export function viewOf(state: State, runner: Runner): RunnerView {
  return {
    id: runner.id,
    uuid: runner.uuid,
    owner_id: runner.ownerId,
    repo_id: runner.repositoryId,
    name: runner.name,
    status: statusOf(runner, nowOf(state)),
    version: runner.version,
    labels: runner.labels,
    description: runner.description,
    ephemeral: runner.ephemeral,
  };
}

/** Does the runner belong to exactly this scope? */
export function isOwn(target: Target, runner: Runner): boolean {
  if (target.kind === 'repository') return runner.repositoryId === target.repositoryId;
  return runner.repositoryId === 0 && runner.ownerId === target.ownerId;
}

/** A GET by id sees more than the list: the owner's and the instance's runners, and for the instance every runner. */
export function isVisible(target: Target, runner: Runner): boolean {
  if (target.kind === 'instance') return true;
  return isOwn(target, runner) || (runner.repositoryId === 0 && (runner.ownerId === 0 || runner.ownerId === target.ownerId));
}

/** Last seen first. The order among equals is what SQLite answers: by scope and id, for `visible=true` of the instance newest first. */
export function listRunners(state: State, target: Target, visible: boolean): readonly Runner[] {
  const rows = [...state.runners.values()].filter((runner) => (visible ? isVisible(target, runner) : isOwn(target, runner)));
  const newestFirst = visible && target.kind === 'instance';
  return rows.sort(
    (a, b) => b.lastOnline - a.lastOnline || (newestFirst ? b.id - a.id : scopeRank(target, a) - scopeRank(target, b) || a.id - b.id),
  );
}

function scopeRank(target: Target, runner: Runner): number {
  if (isOwn(target, runner)) return 0;
  return runner.ownerId === 0 ? 2 : 1;
}
