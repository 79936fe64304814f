/** Every step that a state allows: of the operator, the cluster and the clock, of the users, and of what goes wrong. */
import type { Ages } from './ages.ts';
import { canonicalOf } from './canonical.ts';
import { isAlive } from './forgejo.ts';
import { clusterMoves, crash, type Move } from './kubernetes.ts';
import { applyAnswer, callAndLoseAnswer, callAndWait, callHook, callOnOldList, canBeCalled, goOn } from './operator.ts';
import { type Fault, INFORMERS, type Limits, NEW_PROCESS, type State } from './state.ts';

export interface Action extends Move {
  /** It happens by itself, sooner or later, when nothing goes wrong. */
  readonly fair: boolean;
}

/** What became due within moments is due together. */
const SLACK_MS = 200;

/** Every one; those that happen by themselves come first. */
export function actionsOf(state: State, limits: Limits): readonly Action[] {
  const fair = fairActionsOf(state, limits);
  const unfair = [...queue(state, limits), ...faults(state, limits, canonicalOf(state).ages)];
  return [...fair, ...unfair.map((each) => ({ ...each, fair: false }))];
}

/** In the order in which a world without faults takes them: time passes when nothing else is left. */
export function fairActionsOf(state: State, limits: Limits): readonly Action[] {
  const cluster = clusterMoves(state, limits);
  const own = operatorMoves(state, limits);
  const mayWait = cluster.every(({ unhurried }) => unhurried === true) && seesAll(state, own);
  return [...thaw(state), ...cluster, ...own, ...clockMoves(state, canonicalOf(state).ages, mayWait)].map((each) => ({
    ...each,
    fair: true,
  }));
}

/** The operator has nothing more to do before time passes. */
function seesAll(state: State, own: readonly Move[]): boolean {
  return state.frozen === null && own.every((each) => canonicalOf(each.state).text === canonicalOf(state).text);
}

function operatorMoves(state: State, limits: Limits): readonly Move[] {
  const applied = applyAnswer(state);
  if (applied !== null) return [applied];
  const resumed = goOn(state, limits);
  if (resumed !== null) return [resumed];
  return canBeCalled(state) ? [callHook(state, limits)] : [];
}

function thaw(state: State): readonly Move[] {
  return state.frozen === null
    ? []
    : [{ name: `the informer of ${state.frozen.informer} catches up`, state: { ...state, frozen: null }, broken: [] }];
}

/** Time passes after the operator has seen all there is, to the moment at which next something is due. */
function clockMoves(state: State, { dueAt, overdueAt }: Ages, mayWait: boolean): readonly Move[] {
  return dueAt !== null && mayWait && (overdueAt === null || dueAt < overdueAt) ? [at(state, dueAt + SLACK_MS)] : [];
}

function at(state: State, now: number): Move {
  return { name: `${Math.round((now - state.now) / 1_000)} s pass`, state: { ...state, now }, broken: [] };
}

/** Users queue one job after the other, so that equal jobs need no renaming. */
function queue(state: State, { handles }: Limits): readonly Move[] {
  const { forgejo } = state;
  if (forgejo.queued >= handles) return [];
  const number = forgejo.queued + 1;
  const job = { number, handle: `job-${number}`, taskId: 0, holder: null };
  return [
    {
      name: `${job.handle} is queued`,
      state: { ...state, forgejo: { ...forgejo, queued: number, jobs: [...forgejo.jobs, job] } },
      broken: [],
    },
  ];
}

function faults(before: State, limits: Limits, ages: Ages): readonly Move[] {
  if (before.budget === 0) return [];
  return before.faultsLeft.flatMap((fault) => {
    const left = before.faultsLeft.filter((each) => each !== fault);
    // One that is never spent again is forgotten, so that paths meet.
    const state: State = { ...before, faultsLeft: before.budget === 1 ? [] : left, budget: before.budget - 1 };
    return happen(fault, state, limits, ages);
  });
}

function happen(fault: Fault, state: State, limits: Limits, { dueAt, overdueAt }: Ages): readonly Move[] {
  switch (fault) {
    case 'lostAnswer': {
      const lost = canBeCalled(state) ? callAndLoseAnswer(state, limits) : null;
      return lost === null ? [] : [lost];
    }
    case 'staleList': {
      if (!canBeCalled(state)) return [];
      const onOldList = callOnOldList(state, limits);
      const held = { name: 'a call has read its list and is held up', state: callAndWait(state), broken: [] };
      return onOldList === null ? [held] : [onOldList, held];
    }
    case 'staleInformer':
      if (state.pool.gone) return [];
      return INFORMERS.map((informer) => {
        const frozen = { informer, cluster: state.cluster, pool: state.pool };
        return { name: `the informer of ${informer} stops`, state: { ...state, frozen }, broken: [] };
      });
    case 'restart':
      return state.pool.gone ? [] : [{ name: 'the operator restarts', state: { ...state, operator: NEW_PROCESS }, broken: [] }];
    case 'crash':
      return state.cluster.pods.filter(isAlive).map((pod) => crash(state, pod, limits));
    case 'cancel':
      return cancel(state);
    case 'deletePool':
      if (state.pool.deletionAt !== null) return [];
      return [{ name: 'the pool is deleted', state: { ...state, pool: { ...state.pool, deletionAt: state.now } }, broken: [] }];
    case 'delay': {
      if (!seesAll(state, operatorMoves(state, limits))) return [];
      const moments = [...new Set([dueAt, overdueAt])].filter((moment) => moment !== null);
      return moments.map((moment) => ({
        ...at(state, moment + SLACK_MS),
        name: `all else takes ${Math.round((moment - state.now) / 1_000)} s`,
      }));
    }
  }
}

/** A cancelled job leaves the list, and its ephemeral runner's registration goes with it; the runner finds out by itself. */
function cancel(state: State): readonly Move[] {
  const { forgejo, cluster } = state;
  return forgejo.jobs.map((job) => {
    const jobs = forgejo.jobs.filter((each) => each !== job);
    const rows = forgejo.rows.filter(({ uuid }) => uuid !== job.holder);
    const pods = cluster.pods.map((pod) =>
      pod.process === 'working' && pod.observed.tags.registration?.uuid === job.holder ? { ...pod, process: 'cancelled' as const } : pod,
    );
    return {
      name: `${job.handle} is cancelled`,
      state: { ...state, forgejo: { ...forgejo, jobs, rows }, cluster: { ...cluster, pods } },
      broken: [],
    };
  });
}
