/**
 * One text per state: equal texts behave alike. What only words are made of is left out, what is the same twice is said
 * once, and names are numbered in the order of their making, as far as they still appear anywhere.
 */
import { type Ages, agesAt, dueText, freshText } from './ages.ts';
import { ACTIVE_MS, isAlive, OFFLINE_MS, readForgejo, uuidOf } from './forgejo.ts';
import { processText, recentText, statusText, type TextContext } from './memory-text.ts';
import { type Answer, type Cluster, type Frozen, GRACES, type Issued, type PoolObject, type Reading, type State } from './state.ts';

export interface Canonical {
  readonly text: string;
  readonly ages: Ages;
}

const SECOND_MS = 1_000;
/** Of our runners, and of registrations. */
export const NAMES = /ci-linux-[a-z2-7]{10}|uuid-\d+/g;

const written = new WeakMap<State, Canonical>();

/** Written once per state. */
export function canonicalOf(state: State): Canonical {
  const before = written.get(state);
  if (before !== undefined) return before;
  const canonical = write(state);
  written.set(state, canonical);
  return canonical;
}

function write(state: State): Canonical {
  const { cluster, pool, operator, forgejo, issued, now, frozen } = state;
  const list = usableList(state);
  const context: TextContext = {
    ages: agesAt(now, list?.snapshot.jobsReadAt ?? null),
    order: new Map(issued.map(({ name }, index) => [name, index])),
    listed: new Set([...forgejo.jobs, ...(list?.snapshot.jobs ?? [])].map(({ handle }) => handle)),
    draining: cluster.pods.some(({ process, observed }) => process !== 'over' && observed.deletionAt !== null),
    mayBeLate: state.budget > 0 && state.faultsLeft.includes('delay'),
    warmAttempt: Math.max(0, ...issued.map(({ handle, attempt }) => (handle === null ? attempt : 0))),
  };
  const status = statusText(pool.status, context);
  const text = [
    forgejoText(state, context.ages),
    clusterText(cluster),
    poolText(pool, status),
    processText(operator.memory, status, context),
    list === null ? '' : readingText(list, state),
    operator.answer === null ? '' : answerText(operator.answer, cluster),
    operator.call === null
      ? ''
      : `${clusterText(operator.call.cluster)} ${poolText(operator.call.pool, statusText(operator.call.pool.status, context))}`,
    frozen === null ? '' : frozenText(frozen, state, status, context),
    `${state.faultsLeft.join()}/${state.budget} ${forgejo.queued}`,
  ].join('\n');
  const alive = new Set(text.match(NAMES));
  const left = issued.filter(({ name, uuid }) => alive.has(name) || alive.has(uuid));
  const numbers = new Map(left.flatMap(({ name, uuid }, index) => [[name, `#${index}`] as const, [uuid, `#${index}`] as const]));
  const recent = recentsText(state, new Set(left.map(({ name }) => name)), context);
  const history = left.map((each) => issuedText(each, state, context.ages)).join();
  const named = `${text}\n${recent}\n${history}`.replace(NAMES, (name) => numbers.get(name) ?? name);
  return { text: named, ages: context.ages };
}

/** How old it is matters while an object of it may still be on its way. */
function issuedText({ name, handle, attempt, at, started }: Issued, { cluster, frozen }: State, ages: Ages): string {
  const there = [cluster.secrets, cluster.jobs].every((objects) => objects.some(({ tags }) => tags.runner === name));
  const age = there && frozen === null ? '' : dueText(at, GRACES.issuedMs + SECOND_MS, ages);
  return `${handle === null ? '-' : `${handle}.${attempt}`}:${age}:${freshText(at, ages)}:${started}`;
}

function forgejoText(state: State, ages: Ages): string {
  const { jobs, rows, tasks } = state.forgejo;
  const living = new Set(state.cluster.pods.filter(isAlive).map(uuidOf));
  const lines = rows.map(({ uuid, name, declared, seenAt, activeAt }) => {
    const seen = seenAt === null || living.has(uuid) ? '' : dueText(seenAt, OFFLINE_MS, ages);
    const active = activeAt === null ? '' : dueText(activeAt, ACTIVE_MS, ages);
    return `${uuid}:${name}:${declared}:${seen}:${active}`;
  });
  return `${jobs.map(({ handle, taskId, holder }) => `${handle}:${taskId}:${holder}`).join()} ${lines.join()} ${tasks}`;
}

function clusterText({ secrets, jobs, pods }: Cluster): string {
  return [
    secrets.map(({ tags }) => tags.runner).join(),
    jobs
      .map(
        ({ tags, end, uid }) =>
          `${tags.runner}:${end === null ? '' : `${end.type}${end.exitCode}`}:${pods.some((pod) => pod.observed.ownerUid === uid)}`,
      )
      .join(),
    pods
      .map(({ observed, process }) => `${observed.tags.runner}:${process}:${exitCodeOf(observed.state)}:${observed.deletionAt !== null}`)
      .join(),
  ].join(' ');
}

function exitCodeOf(state: Cluster['pods'][number]['observed']['state']): string {
  return state.kind === 'terminated' ? String(state.exitCode) : '';
}

function poolText({ deletionAt, gone }: PoolObject, status: string): string {
  return `${deletionAt !== null}:${gone} ${status}`;
}

/** The last list, where a call waits with it or a fault may still have it used again. */
function usableList({ operator, budget, faultsLeft }: State): Reading | null {
  return operator.call !== null || (budget > 0 && faultsLeft.includes('staleList')) ? operator.reading : null;
}

function readingText(reading: Reading, state: State): string {
  const text = listText(reading);
  return text === listText(readForgejo(state)) ? '=' : text;
}

function listText({ snapshot, holding }: Reading): string {
  const jobs = snapshot.jobs.map(({ handle, taskId }) => `${handle}:${taskId}`);
  const rows = snapshot.registrations.map(({ uuid, status, declared }) => `${uuid}:${status}:${declared}`);
  return [jobs.join(), rows.join(), holding.join()].join(' ');
}

function answerText({ children, dropSecrets, dropJobs, finalized }: Answer, { jobs }: Cluster): string {
  const names = children.map((child) => ('runner' in child ? `${child.kind} ${child.runner}` : `${child.kind} ${child.tags.runner}`));
  const dropped = jobs.filter(({ uid }) => dropJobs.includes(uid)).map(({ tags }) => tags.runner);
  return [names.join(), dropSecrets.join(), dropped.join(), finalized].join(' ');
}

function frozenText({ informer, cluster, pool }: Frozen, state: State, status: string, context: TextContext): string {
  if (informer === 'pool') {
    const text = poolText(pool, statusText(pool.status, context));
    return text === poolText(state.pool, status) ? informer : `${informer} ${text}`;
  }
  return cluster[informer] === state.cluster[informer]
    ? informer
    : `${informer} ${clusterText({ ...NOTHING, [informer]: cluster[informer] })}`;
}

const NOTHING: Cluster = { secrets: [], jobs: [], pods: [] };

function recentsText({ pool, operator, frozen }: State, alive: ReadonlySet<string>, context: TextContext): string {
  const status = recentText(pool.status.recent, alive, context);
  const own = operator.memory.last === null ? '' : recentText(operator.memory.last.recent, alive, context);
  const old = frozen === null ? '' : recentText(frozen.pool.status.recent, alive, context);
  return [status, own === status ? '=' : own, old === status ? '=' : old].join('|');
}
