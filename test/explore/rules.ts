/** What must hold in every state, measured on what really is: Forgejo, the cluster and the processes, not on what was seen. */
import type { Fate } from '../../src/pool/fate.ts';
import { uuidOf } from './forgejo.ts';
import type { Limits, Reading, State } from './state.ts';

/** Of the state itself. */
export function brokenRules(state: State, { maxRunners }: Limits): readonly string[] {
  const running = state.cluster.pods.filter(({ process }) => process !== 'over');
  const uuids = running.map(uuidOf);
  const working = running.filter(({ process }) => process === 'working');
  return [
    ...(running.length > maxRunners ? [`${running.length} Pods live, more than maxRunners`] : []),
    ...uuids.filter((uuid, index) => uuids.indexOf(uuid) !== index).map((uuid) => `two Pods have the credentials ${uuid}`),
    ...(state.forgejo.rows.some(({ foreign }) => foreign) ? [] : ['the foreign registration is gone']),
    ...working
      .filter((pod) => !state.forgejo.rows.some(({ uuid }) => uuid === uuidOf(pod)))
      .map((pod) => `${pod.observed.tags.runner} runs a task without a registration`),
  ];
}

/** A decision drops no Job whose runner had its task when the list was read, unless its Pod was stopped before. */
export function busyStopped(state: State, fates: readonly Fate[], reading: Reading): readonly string[] {
  const holding = new Set(reading.holding);
  return fates
    .filter(({ workload, slot }) => workload === 'drop' && holding.has(slot.tags.registration?.uuid ?? ''))
    .filter(({ slot }) =>
      state.cluster.pods.some(
        ({ process, observed }) => process === 'working' && observed.deletionAt === null && observed.tags.runner === slot.key,
      ),
    )
    .map(({ slot }) => `busy runner ${slot.key} is stopped`);
}

/** What a pool that is let go leaves behind. */
export function leftOver({ cluster, forgejo }: State): readonly string[] {
  return [
    ...forgejo.rows.filter(({ foreign }) => !foreign).map(({ name }) => `${name} is registered`),
    ...cluster.secrets.map(({ tags }) => `the Secret of ${tags.runner} is left`),
    ...cluster.jobs.map(({ tags }) => `the Job of ${tags.runner} is left`),
    ...cluster.pods.filter(({ process }) => process !== 'over').map(({ observed }) => `the Pod of ${observed.tags.runner} lives`),
  ];
}

/** Why a state in which nothing moves any more is not at rest. */
export function unsettled(state: State, limits: Limits): readonly string[] {
  const jobs = state.forgejo.jobs.map(({ handle, taskId }) => `${handle} ${taskId === 0 ? 'waits' : 'runs'} for ever`);
  if (state.pool.deletionAt !== null)
    return [...(state.pool.gone ? leftOver(state) : ['the pool is not let go']), ...jobs.filter(isRunning)];
  const { secrets, pods } = state.cluster;
  const rows = state.forgejo.rows.filter(({ foreign }) => !foreign);
  const idle = pods.filter(({ process, observed }) => process === 'idle' && observed.deletionAt === null);
  const kept = new Set(idle.map(({ observed }) => observed.tags.runner));
  const unended = state.cluster.jobs.filter((job) => job.end === null && !kept.has(job.tags.runner));
  return [
    ...jobs,
    ...(idle.length === limits.minRunners ? [] : [`${idle.length} warm runners are idle`]),
    ...rows.filter(({ name }) => !kept.has(name)).map(({ name }) => `${name} is registered for ever`),
    ...secrets.filter(({ tags }) => !kept.has(tags.runner)).map(({ tags }) => `the Secret of ${tags.runner} stays`),
    ...unended.map(({ tags }) => `the Job of ${tags.runner} does not end`),
    ...pods
      .filter(({ process, observed }) => process !== 'over' && !kept.has(observed.tags.runner))
      .map(({ observed }) => `the Pod of ${observed.tags.runner} stays`),
  ];
}

function isRunning(sentence: string): boolean {
  return sentence.includes(' runs ');
}
