/** Related objects: which ones the rules of a customize answer select (v2: a rule without namespace matches every one). */
import type { Informers } from './informer.ts';
import { KINDS, type Kind, kindOfResource } from './kinds.ts';
import type { KubeObject } from './objects.ts';

export interface RelatedRule {
  readonly kind: Kind;
  readonly namespace: string | null;
  readonly names: readonly string[] | null;
  readonly matchLabels: Readonly<Record<string, string>>;
}

function strings(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** A text says why Metacontroller refuses the rule. */
export function readRelatedRule(rule: Readonly<Record<string, unknown>>): RelatedRule | string {
  const kind = kindOfResource(String(rule.apiVersion), String(rule.resource));
  if (kind === undefined) return `discovery: can't find resource ${String(rule.resource)} in apiVersion ${String(rule.apiVersion)}`;
  const names = Array.isArray(rule.names) && rule.names.length > 0 ? rule.names.map(String) : null;
  const selector = rule.labelSelector;
  if (names !== null && selector !== undefined) return 'related rule cannot have both names and labelSelector/namespaceSelector specified';
  const labels = typeof selector === 'object' && selector !== null && 'matchLabels' in selector ? selector.matchLabels : {};
  return {
    kind,
    namespace: typeof rule.namespace === 'string' && rule.namespace !== '' ? rule.namespace : null,
    names,
    matchLabels: strings(labels),
  };
}

/** The objects that the informers hold and the rule selects. */
export function selected(rule: RelatedRule, informers: Informers): readonly KubeObject[] {
  const { kind, namespace, names } = rule;
  const where = KINDS[kind].namespaced ? namespace : '';
  if (names === null || where === null) return informers.list(kind).filter((object) => selects(rule, object));
  return names.flatMap((name) => informers.get(kind, where, name) ?? []);
}

export function selects(rule: RelatedRule, object: KubeObject): boolean {
  const { namespace, name, labels } = object.metadata;
  if (object.kind !== rule.kind) return false;
  if (rule.namespace !== null && KINDS[rule.kind].namespaced && namespace !== rule.namespace) return false;
  if (rule.names !== null) return rule.names.includes(name);
  return Object.entries(rule.matchLabels).every(([key, value]) => labels?.[key] === value);
}
