/** One webhook request as one line, in the words of recordings/kubernetes/INDEX.md, with names left out. */
import { readdirSync, readFileSync } from 'node:fs';

const RECORDINGS = new URL('../../fixtures/recordings/kubernetes/', import.meta.url);

interface State {
  readonly running?: object;
  readonly waiting?: { readonly reason: string };
  readonly terminated?: { readonly reason: string; readonly exitCode: number };
}
interface Status {
  readonly phase?: string;
  readonly reason?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string; readonly message?: string }[];
  readonly containerStatuses?: readonly {
    readonly name: string;
    readonly state: State;
    readonly ready: boolean;
    readonly restartCount: number;
  }[];
  readonly initContainerStatuses?: Status['containerStatuses'];
  readonly uncountedTerminatedPods?: object;
  readonly [count: string]: unknown;
}
interface Recorded {
  readonly metadata: {
    readonly name: string;
    readonly creationTimestamp: string;
    readonly resourceVersion: string;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
    readonly finalizers?: readonly string[];
  };
  readonly status?: Status;
}
export interface Request {
  readonly parent: Recorded;
  readonly children: Readonly<Record<string, Readonly<Record<string, Recorded>>>>;
  readonly related: Readonly<Record<string, Readonly<Record<string, Recorded>>>>;
  readonly finalizing: boolean;
}

function counts(status: Status, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => (status[name] === undefined ? [] : [`${name}:${String(status[name])}`]));
}

function job({ metadata, status = {} }: Recorded): string {
  const uncounted = Object.keys(status.uncountedTerminatedPods ?? {});
  const conditions = (status.conditions ?? []).map(({ type, reason, message = '' }) => {
    const text = message.replace(/pod [^ ]+ failed/, 'pod POD failed').replace(/Pod [^ ]+ has/, 'Pod POD has');
    return `${type}(${reason}: ${text})`;
  });
  const deletion = metadata.deletionTimestamp === undefined ? [] : ['DEL', ...(metadata.finalizers ?? [])];
  const numbers = counts(status, ['active', 'ready', 'terminating', 'succeeded', 'failed']);
  return `job[${[...deletion, ...numbers, ...uncounted.map((name) => `uncounted:${name}`), ...conditions].join(' ')}]`;
}

function deployment({ status = {} }: Recorded): string {
  return `deploy[${counts(status, ['replicas', 'readyReplicas', 'unavailableReplicas', 'updatedReplicas', 'terminatingReplicas']).join(' ')}]`;
}

function container({ name, state, ready, restartCount }: NonNullable<Status['containerStatuses']>[number]): string {
  const { waiting, terminated } = state;
  const what = waiting ? `waiting:${waiting.reason}` : terminated ? `terminated:${terminated.reason}/${terminated.exitCode}` : 'running';
  return `${name}=${what}${ready ? '' : ',notready'}${restartCount > 0 ? `,restarts=${restartCount}` : ''}`;
}

function pod({ metadata, status = {} }: Recorded): string {
  const notable = (status.conditions ?? []).filter(
    ({ type, status: value, reason }) =>
      type === 'DisruptionTarget' ||
      (type === 'PodScheduled' && value === 'False') ||
      (type === 'Ready' && value === 'False' && reason === undefined),
  );
  const words = [
    status.phase ?? '',
    ...(status.reason === undefined ? [] : [`reason=${status.reason}`]),
    ...(metadata.deletionTimestamp === undefined ? [] : [`DEL(${metadata.deletionGracePeriodSeconds})`]),
    ...((metadata.finalizers ?? []).length > 0 ? ['+F'] : []),
    ...[...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].map(container),
    ...notable.map(({ type, status: value, reason }) => `${type}=${value}(${reason ?? ''})`),
  ];
  return `pod[${words.join(' ')}]`;
}

function members(group: Readonly<Record<string, Recorded>> | undefined): readonly Recorded[] {
  return Object.values(group ?? {});
}

export function summarise(request: Request): string {
  const pods = members(request.related['Pod.v1']).map(pod).sort();
  return [
    ...(request.finalizing ? ['finalize'] : []),
    ...members(request.children['Job.batch/v1']).map(job).sort(),
    ...members(request.children['Deployment.apps/v1']).map(deployment).sort(),
    `sec:${members(request.children['Secret.v1']).length}`,
    ...pods,
  ].join(' ');
}

/** The recorded requests of a case (`K1-normal`), in order. */
export function recorded(name: string): readonly Request[] {
  const files = readdirSync(RECORDINGS).flatMap((file) => {
    const number = new RegExp(`^${name}-([0-9]+)\\.json$`).exec(file)?.[1];
    return number === undefined ? [] : [{ file, number: Number(number) }];
  });
  files.sort((a, b) => a.number - b.number);
  return files.map(({ file }) => JSON.parse(readFileSync(new URL(file, RECORDINGS), 'utf8')) as Request);
}

export function withoutRepeats(lines: readonly string[]): readonly string[] {
  return lines.filter((line, index) => line !== lines[index - 1]);
}

/** The first line of `wanted` that does not follow in `seen`; null when all do, in that order. */
export function missingFrom(seen: readonly string[], wanted: readonly string[]): string | null {
  let at = 0;
  for (const line of wanted) {
    const found = seen.indexOf(line, at);
    if (found < 0) return line;
    at = found;
  }
  return null;
}
