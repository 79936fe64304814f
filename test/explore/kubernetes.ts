/** The cluster of the explored world: what kubelet, runners and the Job controller do next, each a step of its own. */
import type { RunnerState, RunnerTags } from '../../src/pool/observed.ts';
import { jobEnd, jobOf, podOf, running, secretOf, terminated, waiting } from '../pool/support/builders.ts';
import { changeRow, isAlive, uuidOf } from './forgejo.ts';
import { type Cluster, GRACE_PERIOD_MS, type Job, type Limits, type Process, type RunnerPod, type State } from './state.ts';

export interface Move {
  readonly name: string;
  readonly state: State;
  readonly broken: readonly string[];
  /** It may take as long as it likes; all else happens within seconds. */
  readonly unhurried?: boolean;
}

/** Everything that can happen in the cluster by itself; what ends things comes before what begins them. */
export function clusterMoves(state: State, { fine }: Limits): readonly Move[] {
  const moves = state.cluster.pods.flatMap((pod) => podMoves(state, pod));
  return fine ? moves : moves.map((each) => ({ ...each, state: withFollowers(each.state) }));
}

/** A task's end, its container's, its Job's and a deleted Pod's in one step. */
export function withFollowers(state: State): State {
  const next = state.cluster.pods
    .filter(({ process }) => process === 'finished' || process === 'over')
    .flatMap((each) => podMoves(state, each))
    .at(0);
  return next === undefined ? state : withFollowers(next.state);
}

function move(name: string, state: State, broken: readonly string[] = []): Move {
  return { name, state, broken };
}

function unhurried(name: string, state: State, broken: readonly string[] = []): Move {
  return { name, state, broken, unhurried: true };
}

function podMoves(state: State, pod: RunnerPod): readonly Move[] {
  const { observed } = pod;
  const { runner, handle } = observed.tags;
  const registered = state.forgejo.rows.some((row) => row.uuid === uuidOf(pod));
  switch (pod.process) {
    case 'over':
      if (observed.deletionAt !== null) return [move(`the Pod of ${runner} is gone`, withoutPod(state, pod))];
      return jobEnds(state, pod);
    case 'pending':
      if (observed.deletionAt !== null) return [move(`the Pod of ${runner} is gone, never started`, withoutPod(state, pod))];
      if (!state.cluster.secrets.some(({ tags }) => tags.runner === runner)) return [];
      return [starts(state, pod, registered)];
    case 'finished':
      return [ends(state, pod, 0)];
    case 'cancelled':
      return [ends(state, pod, 75)];
    case 'working':
      return [finishes(state, pod)];
    case 'idle': {
      if (!registered) return [ends(state, pod, 1)];
      const term = observed.deletionAt === null ? [] : [ends(state, pod, handle === null ? 0 : 2)];
      const wanted = state.forgejo.jobs.filter((job) => job.taskId === 0 && (handle === null || job.handle === handle));
      const fetches = wanted.map((job) => takes(state, pod, job));
      const nothing = handle !== null && wanted.length === 0 && term.length === 0 ? [ends(state, pod, 2)] : [];
      return [...term, ...nothing, ...fetches];
    }
  }
}

function starts(state: State, pod: RunnerPod, registered: boolean): Move {
  const { runner } = pod.observed.tags;
  const uuid = uuidOf(pod);
  const before = state.issued.find((each) => each.uuid === uuid);
  const twice = state.cluster.pods.some((other) => other !== pod && uuidOf(other) === uuid && isAlive(other));
  const broken = [
    ...(before?.started === true ? [`the credentials of ${runner} are used for a second start`] : []),
    ...(twice ? [`two Pods run with the credentials of ${runner}`] : []),
  ];
  const issued = state.issued.map((each) => (each === before ? { ...each, started: true } : each));
  const started = withPod({ ...state, issued }, pod, 'idle', running());
  return registered
    ? unhurried(`${runner} starts and declares itself`, changeRow(started, uuid, { declared: true }), broken)
    : unhurried(`${runner} starts and finds itself unregistered`, withPod({ ...state, issued }, pod, 'over', exited(1, state)), broken);
}

function takes(state: State, pod: RunnerPod, job: Job): Move {
  const task = state.forgejo.tasks + 1;
  const jobs = state.forgejo.jobs.map((each) => (each === job ? { ...each, taskId: task, holder: uuidOf(pod) ?? null } : each));
  const taken: State = { ...state, forgejo: { ...state.forgejo, jobs, tasks: task } };
  return move(`${pod.observed.tags.runner} takes ${job.handle}`, withPod(taken, pod, 'working'));
}

/** The task's final report takes the job off the list and the registration with it. */
function finishes(state: State, pod: RunnerPod): Move {
  const uuid = uuidOf(pod);
  const { jobs, rows } = state.forgejo;
  const forgejo = { ...state.forgejo, jobs: jobs.filter((job) => job.holder !== uuid), rows: rows.filter((row) => row.uuid !== uuid) };
  return unhurried(`${pod.observed.tags.runner} finishes its task`, withPod({ ...state, forgejo }, pod, 'finished'));
}

function ends(state: State, pod: RunnerPod, exitCode: number): Move {
  const seen = changeRow(state, uuidOf(pod), { seenAt: state.now, ...(pod.process === 'working' ? { activeAt: state.now } : {}) });
  return move(`the container of ${pod.observed.tags.runner} ends with ${exitCode}`, withPod(seen, pod, 'over', exited(exitCode, state)));
}

/** SIGKILL, or the machine's memory: whatever it held, nobody reports it. */
export function crash(state: State, pod: RunnerPod, { fine }: Limits): Move {
  const { state: after } = ends(state, pod, 137);
  return move(`${pod.observed.tags.runner} crashes`, fine ? after : withFollowers(after));
}

function exited(exitCode: number, state: State): RunnerState {
  return terminated(exitCode, { finishedAt: state.now });
}

function jobEnds(state: State, pod: RunnerPod): readonly Move[] {
  const job = state.cluster.jobs.find((each) => each.uid === pod.observed.ownerUid);
  const { state: container } = pod.observed;
  if (job === undefined || job.end !== null || container.kind !== 'terminated') return [];
  const good = container.exitCode === 0;
  const end = good
    ? jobEnd({ at: state.now })
    : jobEnd({ type: 'Failed', reason: 'PodFailurePolicy', exitCode: container.exitCode, at: state.now });
  const jobs = state.cluster.jobs.map((each) => (each === job ? { ...each, end, countsEndedPod: true } : each));
  return [move(`the Job of ${job.tags.runner} is ${good ? 'Complete' : 'Failed'}`, { ...state, cluster: { ...state.cluster, jobs } })];
}

function newPod(tags: RunnerTags, jobUid: string, { now }: State): RunnerPod {
  const uid = `${jobUid}-pod`;
  return { process: 'pending', observed: podOf(tags, { name: uid, uid, ownerUid: jobUid, createdAt: now, state: waiting() }) };
}

function withPod(state: State, pod: RunnerPod, process: Process, container: RunnerState = pod.observed.state): State {
  const after: RunnerPod = { process, observed: { ...pod.observed, state: container } };
  return withPods(
    state,
    state.cluster.pods.map((each) => (each === pod ? after : each)),
  );
}

function withoutPod(state: State, pod: RunnerPod): State {
  return withPods(
    state,
    state.cluster.pods.filter((each) => each !== pod),
  );
}

function withPods(state: State, pods: Cluster['pods']): State {
  return { ...state, cluster: { ...state.cluster, pods } };
}

export function createSecret(state: State, tags: RunnerTags): State {
  const { cluster, now } = state;
  if (cluster.secrets.some((secret) => secret.tags.runner === tags.runner)) return state;
  return { ...state, cluster: { ...cluster, secrets: [...cluster.secrets, secretOf(tags, { createdAt: now })] } };
}

/** With its Pod; a name that is taken is left alone. */
export function createJob(state: State, tags: RunnerTags): State {
  const { cluster, now } = state;
  if (cluster.jobs.some((job) => job.tags.runner === tags.runner)) return state;
  const used = cluster.pods.filter((pod) => pod.observed.tags.runner === tags.runner).length;
  const uid = `uid-${tags.runner}-${now}-${used}`;
  return {
    ...state,
    cluster: {
      ...cluster,
      jobs: [...cluster.jobs, jobOf(tags, { uid, createdAt: now })],
      pods: [...cluster.pods, newPod(tags, uid, state)],
    },
  };
}

export function deleteSecret(state: State, runner: string): State {
  const { cluster } = state;
  return { ...state, cluster: { ...cluster, secrets: cluster.secrets.filter((secret) => secret.tags.runner !== runner) } };
}

/** In the background: the Job goes at once, its Pod gets TERM and its grace, an ended one goes too. */
export function deleteJob(state: State, uid: string): State {
  const { cluster, now } = state;
  const pods = cluster.pods
    .filter((pod) => !(pod.observed.ownerUid === uid && pod.process === 'over'))
    .map((pod) =>
      pod.observed.ownerUid === uid && pod.observed.deletionAt === null
        ? { ...pod, observed: { ...pod.observed, deletionAt: now + GRACE_PERIOD_MS } }
        : pod,
    );
  return { ...state, cluster: { ...cluster, jobs: cluster.jobs.filter((job) => job.uid !== uid), pods } };
}
