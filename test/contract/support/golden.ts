/**
 * `response.json`: what was answered and what Forgejo was asked, without tokens. A child that is answered as it was observed
 * stands as one line, so that a golden shows what an answer does.
 */
import type { StepResult } from './session.ts';

type Json = Readonly<Record<string, unknown>>;

/** Observed children by `Kind/name`, as a hook body carries them. */
export function observedChildren(body: unknown): ReadonlyMap<string, Json> {
  const groups = Object.values(objectOf(objectOf(body)['children'])).flatMap((group) => Object.values(objectOf(group)));
  return new Map(groups.map((child) => [keyOf(objectOf(child)), objectOf(child)]));
}

export function goldenOf(result: StepResult, body: unknown, tokens: ReadonlyMap<number, string>): unknown {
  const observed = observedChildren(body);
  const answer = objectOf(result.reply.body);
  const children = Array.isArray(answer['children']) ? answer['children'].map(objectOf) : null;
  const answered = new Set((children ?? []).map(keyOf));
  const golden = {
    status: result.reply.status,
    ...(result.tookMs === 0 ? {} : { tookMs: result.tookMs }),
    answer: children === null ? answer : { ...answer, children: children.map((child) => childLine(child, observed)) },
    ...(children === null ? {} : { dropped: [...observed.keys()].filter((key) => !answered.has(key)) }),
    forgejo: result.requests,
    ...(result.openBaoRequests.length === 0 ? {} : { openBao: result.openBaoRequests }),
    log: result.logLines.map((line) => {
      const { level, msg } = objectOf(JSON.parse(line));
      return `${String(level)}: ${String(msg)}`;
    }),
  };
  return JSON.parse(withoutTokens(JSON.stringify(golden), tokens));
}

function withoutTokens(text: string, tokens: ReadonlyMap<number, string>): string {
  return [...tokens].reduce((cleaned, [id, token]) => cleaned.replaceAll(btoa(token), `<token of registration ${id}, base64>`), text);
}

function childLine(child: Json, observed: ReadonlyMap<string, Json>): unknown {
  const before = observed.get(keyOf(child));
  return before !== undefined && isAsObserved(child, before) ? `${keyOf(child)} as observed` : child;
}

const SERVER_WRITTEN: readonly string[] = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'finalizers',
  'managedFields',
  'ownerReferences',
];
const LAST_APPLIED = 'metacontroller.k8s.io/last-applied-configuration';

/** The same but for the status and what a server writes into the metadata: such an answer changes nothing in the cluster. */
export function isAsObserved(child: Json, observed: Json): boolean {
  return canonical(lessServerFields(child)) === canonical(lessServerFields(observed));
}

function lessServerFields(object: Json): unknown {
  const { status: _status, metadata, ...rest } = object;
  const kept = Object.entries(objectOf(metadata)).filter(([key]) => !SERVER_WRITTEN.includes(key));
  const annotations = Object.entries(objectOf(objectOf(metadata)['annotations'])).filter(([key]) => key !== LAST_APPLIED);
  return { ...rest, metadata: { ...Object.fromEntries(kept), annotations: Object.fromEntries(annotations) } };
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

export function keyOf(child: Json): string {
  return `${String(child['kind'])}/${String(objectOf(child['metadata'])['name'])}`;
}

export function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
