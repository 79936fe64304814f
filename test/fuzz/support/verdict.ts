/** What an answer must not lack or hold, told from the request alone: without the code that made it. */
import { LABEL_RUNNER } from '../../../src/api/keys.ts';
import { found } from './canaries.ts';
import { isObject, type Json, objectOf } from './nonsense.ts';
import type { DrawnRunner } from './runner-arbitrary.ts';
import type { Answered } from './service.ts';

/** Phases of a runner that an earlier answer stopped, or said to be over: its objects may be left out. */
const GIVEN_UP: readonly unknown[] = ['stopping', 'ended'];
const KINDS = ['Secret.v1', 'ConfigMap.v1', 'Job.batch/v1', 'Deployment.apps/v1'] as const;

export function childrenOf(body: string): readonly Json[] {
  const { children } = objectOf(JSON.parse(body));
  return Array.isArray(children) ? children.filter(isObject) : [];
}

export function keyOf(child: Json): string {
  return `${String(child['kind'])}/${String(objectOf(child['metadata'])['name'])}`;
}

/** Children that Metacontroller would delete because of this answer. */
export function dropped(answered: Answered, request: unknown): readonly Json[] {
  if (answered.status !== 200) return [];
  const kept = new Set(childrenOf(answered.body).map(keyOf));
  return observedChildren(request).filter((child) => !kept.has(keyOf(child)));
}

export function observedChildren(request: unknown): readonly Json[] {
  const children = objectOf(objectOf(request)['children']);
  const { namespace } = objectOf(objectOf(objectOf(request)['parent'])['metadata']);
  const all = KINDS.flatMap((kind) => Object.values(objectOf(children[kind])).filter(isObject));
  return all.filter((child) => objectOf(child['metadata'])['namespace'] === namespace);
}

/** Of a sync that could not know: which children it drops all the same. `blinded`: Forgejo did not answer its reads. */
export function droppedOnNonsense(answered: Answered, request: unknown, blinded: boolean): readonly string[] {
  if (answered.status !== 200) return [];
  const { status } = objectOf(JSON.parse(answered.body));
  if (!blinded && conditionIs(status, 'SpecValid', 'True')) return [];
  const givenUp = runnersGivenUp(request);
  return dropped(answered, request)
    .filter((child) => child['kind'] !== 'ConfigMap' && !givenUp.has(runnerOf(child)))
    .map(keyOf);
}

/** A secret that stands in the answer outside of the data of Secrets, in a header, or in the log. */
export function secretsOutsideOfSecrets(answered: Answered, secrets: readonly string[]): readonly string[] {
  const text = answered.status === 200 ? JSON.stringify(JSON.parse(answered.body), withoutSecretData) : answered.body;
  const places = { body: text, headers: JSON.stringify(answered.headers), log: answered.log };
  return Object.entries(places).flatMap(([place, held]) => found(held, secrets).map((secret) => `${secret} in ${place}`));
}

function withoutSecretData(_key: string, value: unknown): unknown {
  return isObject(value) && value['kind'] === 'Secret' ? { ...value, data: null } : value;
}

function conditionIs(status: unknown, type: string, value: string): boolean {
  const { conditions } = objectOf(status);
  return (
    Array.isArray(conditions) &&
    conditions.some((condition) => isObject(condition) && condition['type'] === type && condition['status'] === value)
  );
}

function runnersGivenUp(request: unknown): ReadonlySet<string> {
  const { runners } = objectOf(objectOf(objectOf(request)['parent'])['status']);
  const remembered = Array.isArray(runners) ? runners.filter(isObject) : [];
  return new Set(remembered.filter(({ phase }) => GIVEN_UP.includes(phase)).map(({ name }) => String(name)));
}

export function runnerOf(child: Json): string {
  return String(objectOf(objectOf(child['metadata'])['labels'])[LABEL_RUNNER]);
}

/**
 * Jobs that surely hold a task, and their Secrets, that the answer leaves out: a Pod of the present Job runs, nothing of it is
 * deleted or edited, and Forgejo sees the runner at work or its job running.
 */
export function busyAndDropped(answered: Answered, request: unknown, runners: readonly DrawnRunner[]): readonly string[] {
  const givenUp = runnersGivenUp(request);
  const busy = runners.filter((runner) => isBusy(runner) && !givenUp.has(runner.name));
  const missing = new Set(dropped(answered, request).map(keyOf));
  return busy.flatMap(({ name }) => [`Job/${name}`, `Secret/${name}`].filter((key) => missing.has(key)));
}

export function isBusy({ kind, handle, row, job, secret, workload, pods }: DrawnRunner): boolean {
  const atWork = row === 'active' || (row !== null && handle !== null && job === 'running');
  const untouched =
    [secret, workload].every((object) => object === null || object.mangled === null) && pods.every(({ mangled }) => mangled === null);
  const runs = pods.some(({ state, deleted, owner }) => state === 'running' && deleted === null && owner === 'present');
  return kind === 'Job' && atWork && untouched && runs && workload?.end === 'none' && !workload.deleted;
}
