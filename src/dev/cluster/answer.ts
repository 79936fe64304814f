/**
 * What Metacontroller makes of a hook's answer: v2, strict (facts measured, section 3). Refusals carry its texts. What it
 * would take but what ends in a hot loop, a crash or a lost child is a violation besides.
 */
import { duplicateKey } from './duplicate-keys.ts';
import type { KubeObject } from './objects.ts';

interface ResponseHead {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer as text, or (from a webhook in the same process) as the JSON value that its text would be parsed to. */
export type HookResponse = ResponseHead & ({ readonly body: string } | { readonly json: unknown });

/** The answer's body as it goes over the wire. */
export function textOf(response: HookResponse): string {
  return 'json' in response ? JSON.stringify(response.json) : response.body;
}

export type ViolationRule =
  | 'retryAfterMissing'
  | 'childrenNull'
  | 'unknownField'
  | 'duplicateField'
  | 'malformedAnswer'
  | 'emptyAnswer'
  | 'generateName'
  | 'kindNotAllowed'
  | 'foreignNamespace'
  | 'duplicateChild'
  | 'labelMismatch'
  | 'finalizedFromSync'
  | 'hotResync'
  | 'hotStatus';

export interface SyncAnswer {
  readonly status: Readonly<Record<string, unknown>>;
  readonly children: readonly KubeObject[];
  readonly resyncAfterSeconds: number;
  readonly finalized: boolean;
}

export type Parsed<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'retry'; readonly afterMs: number; readonly violation: ViolationRule | null }
  | { readonly kind: 'error'; readonly message: string; readonly violation: ViolationRule | null };

type Json = Readonly<Record<string, unknown>>;

const SYNC_FIELDS = ['status', 'children', 'resyncAfterSeconds', 'finalized'];
/** Without a usable Retry-After the real one calls again at once, a thousand times a second. */
const HOT_RETRY_MS = 1000;

function error(
  message: string,
  violation: ViolationRule | null = 'malformedAnswer',
): { kind: 'error'; message: string; violation: ViolationRule | null } {
  return { kind: 'error', message, violation };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseBody(response: HookResponse, type: string, fields: readonly string[], nowMs: number): Parsed<Json> {
  if (response.status === 429) {
    const header = response.headers['retry-after'] ?? '';
    const date = Date.parse(header);
    if (/^[1-9][0-9]*$/.test(header)) return { kind: 'retry', afterMs: Number(header) * 1000, violation: null };
    if (/[a-z]/i.test(header) && date > nowMs) return { kind: 'retry', afterMs: date - nowMs, violation: null };
    return { kind: 'retry', afterMs: HOT_RETRY_MS, violation: 'retryAfterMissing' };
  }
  if (response.status !== 200) {
    return error(`unsupported status code: ${response.status} body: ${textOf(response)}`, null);
  }
  const parsed = 'json' in response ? response.json : parseText(response.body);
  if (parsed instanceof SyntaxError) {
    const cannot = `can't unmarshal webhookResponse (version: v2, type: ${type}): invalid character`;
    return error('body' in response && response.body === '' ? 'unexpected end of JSON input' : cannot);
  }
  const body = parsed;
  if (body === null) return { kind: 'ok', value: {} };
  if (!isObject(body)) return error(`can't unmarshal webhookResponse (version: v2, type: ${type}): not an object`);
  const strict = `strict validation failed for v2 webhookResponse (type: ${type}, mode: strict)`;
  const unknown = Object.keys(body).find((key) => !fields.includes(key));
  if (unknown !== undefined) return error(`${strict}: unknown field "${unknown}"`, 'unknownField');
  const repeated = 'json' in response ? null : duplicateKey(response.body);
  if (repeated !== null) return error(`${strict}: duplicate field "${repeated}"`, 'duplicateField');
  return { kind: 'ok', value: body };
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (syntax) {
    return syntax;
  }
}

function asChild(value: unknown): KubeObject | string {
  if (!isObject(value) || typeof value.kind !== 'string' || value.kind === '') return "Object 'Kind' is missing";
  if (typeof value.apiVersion !== 'string' || !isObject(value.metadata)) return `${value.kind} lacks apiVersion or metadata`;
  return value as unknown as KubeObject; // kind, apiVersion and metadata were just looked at; the store checks the name
}

/** The answer of /sync or /finalize. `{}` and `null` are valid: no children, empty status. */
export function parseSyncAnswer(response: HookResponse, type: 'sync' | 'finalize', nowMs: number): Parsed<SyncAnswer> {
  const parsed = parseBody(response, type, SYNC_FIELDS, nowMs);
  if (parsed.kind !== 'ok') return parsed;
  const { status, children, resyncAfterSeconds, finalized } = parsed.value;
  const wrong = `can't unmarshal webhookResponse (version: v2, type: ${type}): `;
  if (status != null && !isObject(status)) return error(`${wrong}status is no object`);
  if (children != null && !Array.isArray(children)) return error(`${wrong}children is no list`);
  if (resyncAfterSeconds != null && typeof resyncAfterSeconds !== 'number') return error(`${wrong}resyncAfterSeconds is no number`);
  if (finalized != null && typeof finalized !== 'boolean') return error(`${wrong}finalized is no boolean`);
  const list: readonly unknown[] = children ?? [];
  if (list.includes(null)) return error('panic: nil child: the Metacontroller process has crashed', 'childrenNull');
  const objects: KubeObject[] = [];
  for (const child of list) {
    const object = asChild(child);
    if (typeof object === 'string') return error(`${wrong}${object}`);
    objects.push(object);
  }
  return {
    kind: 'ok',
    value: { status: status ?? {}, children: objects, resyncAfterSeconds: resyncAfterSeconds ?? 0, finalized: finalized ?? false },
  };
}

export function parseCustomizeAnswer(response: HookResponse, nowMs: number): Parsed<readonly Json[]> {
  const parsed = parseBody(response, 'customize', ['relatedResources'], nowMs);
  if (parsed.kind !== 'ok') return parsed;
  const rules = parsed.value.relatedResources ?? [];
  if (!Array.isArray(rules) || !rules.every(isObject)) return error('relatedResources is no list of rules');
  return { kind: 'ok', value: rules };
}
