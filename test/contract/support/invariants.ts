/**
 * What holds of every answer, whatever the case: nothing that may hold a task is dropped, nothing is answered that
 * Metacontroller could not take, and no token stands anywhere but in the data of a Secret.
 */
import { ANNOTATION_REGISTRATION_UUID, LABEL_RUNNER } from '../../../src/api/keys.ts';
import { API_TOKEN } from './forgejo.ts';
import { isAsObserved, keyOf, objectOf, observedChildren } from './golden.ts';
import { SERVICE_ACCOUNT_TOKEN } from './openbao.ts';
import { CACHE_SECRET_HEAD, type StepResult } from './session.ts';

type Json = Readonly<Record<string, unknown>>;

/** Kinds that an answer may change: all others are as they were made until they go. */
const IN_PLACE: ReadonlySet<string> = new Set(['StatefulSet', 'Service', 'NetworkPolicy']);

export interface Facts {
  /** The hook body. */
  readonly body: unknown;
  /** Runner tokens by registration id. */
  readonly tokens: ReadonlyMap<number, string>;
  /** Uuids of the registrations that Forgejo has after the step. */
  readonly registered: ReadonlySet<string>;
}

/** Sentences that say what is wrong; empty when all is well. */
export function brokenInvariants(result: StepResult, facts: Facts): readonly string[] {
  const secrets = [API_TOKEN, SERVICE_ACCOUNT_TOKEN, CACHE_SECRET_HEAD, ...facts.tokens.values()].flatMap((token) => [token, btoa(token)]);
  return [
    ...leaks(result, secrets),
    ...(result.reply.status === 200 ? childProblems(result, facts) : []),
    ...(result.tookMs < 10_000 ? [] : [`the hook took ${result.tookMs} ms; Metacontroller waits 10 s`]),
  ];
}

function leaks(result: StepResult, secrets: readonly string[]): readonly string[] {
  const answer = objectOf(result.reply.body);
  const children = childrenOf(answer).map((child) => (child['kind'] === 'Secret' ? { ...child, data: null } : child));
  const places: readonly (readonly [string, string])[] = [
    ['the answer outside of Secret data', JSON.stringify({ ...answer, children })],
    ['the log', result.logLines.join('\n')],
  ];
  return places.flatMap(([place, text]) => (secrets.some((secret) => text.includes(secret)) ? [`a token stands in ${place}`] : []));
}

function childProblems(result: StepResult, { body, registered }: Facts): readonly string[] {
  const answer = objectOf(result.reply.body);
  if (!Array.isArray(answer['children'])) return [];
  const observed = observedChildren(body);
  const answered = new Map(childrenOf(answer).map((child) => [keyOf(child), child]));
  return [
    ...[...answered].flatMap(([key, child]) => {
      const before = observed.get(key);
      const kept = before === undefined || IN_PLACE.has(String(child['kind'])) || isAsObserved(child, before);
      return kept ? [] : [`${key} is answered other than observed`];
    }),
    ...(objectOf(body)['finalizing'] === true
      ? []
      : [...observed].flatMap(([key, child]) => secretProblem(key, child, answered, registered))),
    ...podsOf(body).flatMap((pod) => startedBeside(pod, observed, answered)),
  ];
}

/** The token is shown once: while the registration stands, its Secret must. */
function secretProblem(key: string, secret: Json, answered: ReadonlyMap<string, Json>, registered: ReadonlySet<string>): readonly string[] {
  const uuid = objectOf(objectOf(secret['metadata'])['annotations'])[ANNOTATION_REGISTRATION_UUID];
  if (secret['kind'] !== 'Secret' || answered.has(key) || !registered.has(String(uuid))) return [];
  return [`${key} is dropped while its registration stands`];
}

/** Beside a Pod that has not ended nothing may start with the same credentials. */
function startedBeside(pod: Json, observed: ReadonlyMap<string, Json>, answered: ReadonlyMap<string, Json>): readonly string[] {
  const name = String(objectOf(objectOf(pod['metadata'])['labels'])[LABEL_RUNNER]);
  const started = ['Job', 'Deployment'].some((kind) => answered.has(`${kind}/${name}`) && !observed.has(`${kind}/${name}`));
  return started && !hasEnded(pod) ? [`a workload ${name} is started beside a Pod of it`] : [];
}

function hasEnded(pod: Json): boolean {
  const status = objectOf(pod['status']);
  if (status['phase'] === 'Succeeded' || status['phase'] === 'Failed') return true;
  const containers = Array.isArray(status['containerStatuses']) ? status['containerStatuses'].map(objectOf) : [];
  return containers.some(({ name, state }) => name === 'runner' && Object.hasOwn(objectOf(state), 'terminated'));
}

function podsOf(body: unknown): readonly Json[] {
  return Object.values(objectOf(objectOf(objectOf(body)['related'])['Pod.v1'])).map(objectOf);
}

function childrenOf(answer: Json): readonly Json[] {
  return Array.isArray(answer['children']) ? answer['children'].map(objectOf) : [];
}
