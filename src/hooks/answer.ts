/**
 * The last look at an answer before it leaves. Metacontroller creates, deletes and crashes by what we say (facts:
 * Metacontroller, sections 3 and 6): a null child ends its process, a child of another kind or namespace is written again
 * and again, and what is left out is deleted.
 */
import { LABEL_POOL_UID } from '../api/keys.ts';
import { isObject } from '../children/json.ts';
import { objectAt, textAt, type WireObject } from './wire.ts';

export interface HookAnswer {
  readonly status: object;
  readonly children: readonly object[];
  /** Seconds, above 0; absent: no call until something changes. */
  readonly resyncAfterSeconds?: number;
  /** From `/finalize` alone: in a sync it makes a hot loop. */
  readonly finalized?: boolean;
}

/** What the answer is held against. */
export interface AnswerRules {
  readonly hook: 'sync' | 'finalize';
  readonly pool: { readonly namespace: string; readonly uid: string };
  /** Children as observed, as `childKey`: they may be echoed without our label. */
  readonly observed: ReadonlySet<string>;
  /** Children that must be in the answer, as `childKey`. */
  readonly mustKeep: ReadonlySet<string>;
}

export type AnswerViolation =
  | 'unknownField'
  | 'statusIsNoObject'
  | 'childIsNoObject'
  | 'childOfForeignKind'
  | 'childWithoutName'
  | 'childWithGenerateName'
  | 'childInForeignNamespace'
  | 'childWithoutPoolLabel'
  | 'childTwice'
  | 'childMissing'
  | 'finalizedFromSync'
  | 'badResync';

/** The answer must not leave. The text is static: it goes into an event; `child` is for the log. */
export class AnswerError extends Error {
  readonly violation: AnswerViolation;
  /** As `childKey`; null when it is about no single child, or the child can't be named. */
  readonly child: string | null;

  constructor(violation: AnswerViolation, child: string | null = null) {
    super(`the answer was held back: ${violation}`);
    this.name = 'AnswerError';
    this.violation = violation;
    this.child = child;
  }
}

const API_VERSION_OF_KIND: Readonly<Record<string, string>> = {
  Secret: 'v1',
  ConfigMap: 'v1',
  Job: 'batch/v1',
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  Service: 'v1',
  NetworkPolicy: 'networking.k8s.io/v1',
};
const FIELDS: ReadonlySet<string> = new Set(['status', 'children', 'resyncAfterSeconds', 'finalized']);

/** How children are named here: `Job/name`. */
export function childKey(kind: string, name: string): string {
  return `${kind}/${name}`;
}

/** Returns the answer as it is, or throws an AnswerError. */
export function checkAnswer(answer: HookAnswer, rules: AnswerRules): HookAnswer {
  // Metacontroller refuses an unknown field as a whole (strict mode), so we would hear of it there.
  if (Object.keys(answer).some((field) => !FIELDS.has(field))) throw new AnswerError('unknownField');
  if (!isObject(answer.status)) throw new AnswerError('statusIsNoObject');
  const kept = new Set<string>();
  for (const child of answer.children) {
    const key = checkChild(child, rules);
    if (kept.has(key)) throw new AnswerError('childTwice', key);
    kept.add(key);
  }
  const missing = [...rules.mustKeep].find((key) => !kept.has(key));
  if (missing !== undefined) throw new AnswerError('childMissing', missing);
  checkEnd(answer, rules);
  return answer;
}

function checkChild(child: unknown, rules: AnswerRules): string {
  if (!isObject(child)) throw new AnswerError('childIsNoObject');
  const kind = textAt(child, 'kind') ?? '';
  const metadata = objectAt(child, 'metadata');
  const name = textAt(metadata, 'name');
  if (!isOurKind(child, kind)) throw new AnswerError('childOfForeignKind');
  if (name === null) throw new AnswerError('childWithoutName');
  const key = childKey(kind, name);
  if (Object.hasOwn(metadata, 'generateName')) throw new AnswerError('childWithGenerateName', key);
  if (metadata['namespace'] !== rules.pool.namespace) throw new AnswerError('childInForeignNamespace', key);
  const labelled = textAt(objectAt(metadata, 'labels'), LABEL_POOL_UID) === rules.pool.uid;
  if (!labelled && !rules.observed.has(key)) throw new AnswerError('childWithoutPoolLabel', key);
  return key;
}

function isOurKind(child: WireObject, kind: string): boolean {
  return Object.hasOwn(API_VERSION_OF_KIND, kind) && child['apiVersion'] === API_VERSION_OF_KIND[kind];
}

function checkEnd(answer: HookAnswer, rules: AnswerRules): void {
  const { finalized, resyncAfterSeconds } = answer;
  if (finalized === true && rules.hook === 'sync') throw new AnswerError('finalizedFromSync');
  if (resyncAfterSeconds !== undefined && !(Number.isFinite(resyncAfterSeconds) && resyncAfterSeconds > 0))
    throw new AnswerError('badResync');
}
