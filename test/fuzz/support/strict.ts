/** An answer as a strict Metacontroller and an API server with our CRD take it; every rule that it breaks is a sentence. */
import { readFileSync } from 'node:fs';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { parse } from 'yaml';
import { API_VERSION, KIND } from '../../../src/api/keys.ts';
import { RunnerPoolStatusSchema } from '../../../src/api/status.ts';
import { parseCustomizeAnswer, parseSyncAnswer, type SyncAnswer } from '../../../src/dev/cluster/answer.ts';
import { checkChildren } from '../../../src/dev/cluster/check-children.ts';
import { readCompositeController } from '../../../src/dev/cluster/composite-controller.ts';
import { isObject, type Json, objectOf } from './nonsense.ts';
import type { Answered, Hook } from './service.ts';

const COMPOSITE_CONTROLLER = new URL('../../../metacontroller/compositecontroller.yaml', import.meta.url);
const controller = readCompositeController(parse(readFileSync(COMPOSITE_CONTROLLER, 'utf8')));
const status = TypeCompiler.Compile(RunnerPoolStatusSchema);
/** Metacontroller gives up after it. */
const HOOK_MS = 10_000;
/** Faster than that is a hot loop. */
const SOONEST_SECONDS = 0.1;
const STATUSES: readonly number[] = [200, 400, 429];

/** `also`: statuses that are right besides, for a body that is no JSON at all. */
export function strictProblems(answered: Answered, hook: Hook, request: unknown, also: readonly number[] = []): readonly string[] {
  if (![...STATUSES, ...also].includes(answered.status)) return [`status ${answered.status}: ${answered.log.slice(-1200)}`];
  const late = answered.tookMs < HOOK_MS ? [] : [`it took ${answered.tookMs} ms`];
  if (answered.status === 429) {
    const seconds = answered.headers['retry-after'] ?? '';
    return [...late, ...(/^[1-9]\d*$/.test(seconds) ? [] : [`429 with Retry-After "${seconds}"`])];
  }
  if (answered.status !== 200) return [...late, ...refusalProblems(answered.body)];
  return [...late, ...(hook === 'customize' ? customizeProblems(answered) : syncProblems(answered, hook, objectOf(request)))];
}

/** The answer of a call that was answered with 200; empty otherwise. */
export function answerOf(answered: Answered, hook: 'sync' | 'finalize'): SyncAnswer | null {
  if (answered.status !== 200) return null;
  const parsed = parseSyncAnswer(answered, hook, 0);
  return parsed.kind === 'ok' ? parsed.value : null;
}

function refusalProblems(body: string): readonly string[] {
  const refusal: unknown = JSON.parse(body);
  const { error, ...rest } = objectOf(refusal);
  return typeof error === 'string' && Object.keys(rest).length === 0 ? [] : [`a refusal that is none: ${body.slice(0, 200)}`];
}

function customizeProblems(answered: Answered): readonly string[] {
  const parsed = parseCustomizeAnswer(answered, 0);
  if (parsed.kind !== 'ok') return [`customize: ${parsed.kind === 'error' ? parsed.message : 'retry'}`];
  return parsed.value.flatMap((rule) => {
    const wide = rule['namespace'] === undefined && rule['resource'] !== 'namespaces';
    const both = rule['names'] !== undefined && rule['labelSelector'] !== undefined;
    const all = rule['names'] === undefined && rule['labelSelector'] === undefined;
    return wide || both || all ? [`customize: a rule that sees too much or is refused: ${JSON.stringify(rule)}`] : [];
  });
}

function syncProblems(answered: Answered, hook: 'sync' | 'finalize', request: Json): readonly string[] {
  const parsed = parseSyncAnswer(answered, hook, 0);
  if (parsed.kind !== 'ok') return [parsed.kind === 'error' ? `${parsed.message} ${parsed.violation ?? ''}` : 'retry'];
  const { value } = parsed;
  const wrong = status.Errors(value.status).First();
  const soon = value.resyncAfterSeconds !== 0 && value.resyncAfterSeconds < SOONEST_SECONDS;
  return [
    ...(wrong === undefined ? [] : [`status${wrong.path} ${wrong.message}: ${JSON.stringify(wrong.value)?.slice(0, 80)}`]),
    ...(soon ? [`resyncAfterSeconds ${value.resyncAfterSeconds}`] : []),
    ...(hook === 'sync' && value.finalized ? ['finalized from sync'] : []),
    ...childProblems(value, objectOf(request['parent'])),
  ];
}

/** Labels of the generated selector are the cluster's: an object whose own one was edited is not a child any more. */
function childProblems({ children }: SyncAnswer, parent: Json): readonly string[] {
  const { uid, name, namespace } = objectOf(parent['metadata']);
  const written = { resourceVersion: '1', creationTimestamp: '2026-11-25T00:00:00Z' };
  const metadata = { uid: String(uid), name: String(name), namespace: String(namespace), ...written };
  const asParent = { apiVersion: API_VERSION, kind: KIND, metadata };
  // Labels that are no map come from a mangled request: the reading of them is not what is judged.
  const readable = children.map((child) =>
    isObject(child.metadata.labels) ? child : { ...child, metadata: { ...child.metadata, labels: {} } },
  );
  const checked = checkChildren(controller, asParent, {}, readable);
  const kinds = checked.findings.map(({ rule, message }) => `${rule}: ${message}`);
  const echoed = children.flatMap((child) => {
    const left = ['uid', 'resourceVersion', 'managedFields', 'deletionTimestamp', 'ownerReferences', 'finalizers'];
    const { annotations } = objectOf(child.metadata);
    const applied = Object.hasOwn(objectOf(annotations), 'metacontroller.k8s.io/last-applied-configuration');
    return applied || left.some((field) => Object.hasOwn(child.metadata, field))
      ? [`${child.kind} is answered with what the server wrote`]
      : [];
  });
  return [...kinds, ...echoed];
}
