/** What has one runner's name, found in one pass over everything that a pool has. */
import type { HeldCredentials, RememberedRunner, World } from './model.ts';
import type { ObservedPod, ObservedSecret, ObservedWorkload, RunnerTags } from './observed.ts';

/** Everything that has one runner's name. */
export interface Namesakes {
  readonly name: string;
  /** In the order in which they were found. */
  readonly at: number;
  secret: ObservedSecret | null;
  workload: ObservedWorkload | null;
  pods: ObservedPod[] | null;
  held: HeldCredentials | null;
  remembered: RememberedRunner | null;
}

/** In the order of their names. What is remembered alone is none. */
export function namesakesOf({ observed, memory }: World): readonly Namesakes[] {
  const all: Namesakes[] = [];
  const byName = new Map<string, Namesakes>();
  // All lists are in one order, most of the time: whoever comes next is tried before a name is searched for.
  let next = 0;
  const find = (name: string): Namesakes | undefined => {
    const expected = all[next];
    const found = expected?.name === name ? expected : byName.get(name);
    if (found !== undefined) next = found.at + 1;
    return found;
  };
  const named = (name: string): Namesakes => find(name) ?? add(name);
  const add = (name: string): Namesakes => {
    const first = { name, at: all.length, secret: null, workload: null, pods: null, held: null, remembered: null };
    next = all.push(first);
    byName.set(name, first);
    return first;
  };
  for (const secret of observed.secrets) named(secret.tags.runner).secret = secret;
  for (const workload of observed.workloads) named(workload.tags.runner).workload = workload;
  for (const pod of observed.pods) addPod(named(pod.tags.runner), pod);
  for (const [name, held] of memory.credentials) named(name).held = held;
  for (const runner of memory.runners) {
    const known = find(runner.name);
    if (known !== undefined) known.remembered = runner;
  }
  return all.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function addPod(namesakes: Namesakes, pod: ObservedPod): void {
  if (namesakes.pods === null) namesakes.pods = [pod];
  else namesakes.pods.push(pod);
}

/** What they say of the runner together. */
export function tagsOf({ secret, workload, pods, held }: Namesakes): RunnerTags {
  const tags = withFactsOf(withFactsOf(withFactsOf(NO_TAGS, secret?.tags), workload?.tags), held?.tags);
  return pods === null ? tags : pods.reduce((merged, pod) => withFactsOf(merged, pod.tags), tags);
}

const NO_TAGS: RunnerTags = {
  runner: '',
  handle: null,
  repositoryId: null,
  job: null,
  attempt: 0,
  specHash: '',
  registration: null,
  issuedAt: null,
};

/** A fact that one object lost (an annotation edited away) is taken from the next that has it; most of the time there is none. */
function withFactsOf(known: RunnerTags, more: RunnerTags | undefined): RunnerTags {
  if (more === undefined) return known;
  if (known === NO_TAGS) return more;
  const handle = known.handle ?? more.handle;
  const repositoryId = known.repositoryId ?? more.repositoryId;
  const job = known.job ?? more.job;
  const attempt = Math.max(known.attempt, more.attempt);
  const specHash = known.specHash || more.specHash;
  const registration = known.registration ?? more.registration;
  const issuedAt = known.issuedAt ?? more.issuedAt;
  const addsNothing =
    handle === known.handle &&
    repositoryId === known.repositoryId &&
    job === known.job &&
    attempt === known.attempt &&
    specHash === known.specHash &&
    registration === known.registration &&
    issuedAt === known.issuedAt;
  return addsNothing ? known : { runner: known.runner, handle, repositoryId, job, attempt, specHash, registration, issuedAt };
}
