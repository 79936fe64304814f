/** The part of a CompositeController (metacontroller.k8s.io/v1alpha1) that the embedded Metacontroller obeys. */
import { type Kind, kindOfResource } from './kinds.ts';

export type HookName = 'sync' | 'finalize' | 'customize';

export interface ChildRule {
  readonly kind: Kind;
  readonly method: 'OnDelete' | 'InPlace' | 'Recreate';
}

export interface ControllerSettings {
  readonly name: string;
  /** As it is sent to the hooks, less what the API server adds. */
  readonly object: Readonly<Record<string, unknown>>;
  readonly parentKind: Kind;
  readonly ignoreStatusChanges: boolean;
  readonly generateSelector: boolean;
  readonly resyncPeriodSeconds: number | null;
  readonly children: readonly ChildRule[];
  /** Time-out in ms of each hook that is configured. */
  readonly hooks: Readonly<Partial<Record<HookName, number>>>;
}

type Json = Readonly<Record<string, unknown>>;

const HOOKS: readonly HookName[] = ['sync', 'finalize', 'customize'];
const DEFAULT_TIMEOUT_MS = 10_000;

function object(value: unknown, where: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`CompositeController: ${where} is missing`);
  return { ...value };
}

function kindAt(rule: Json, where: string): Kind {
  const kind = kindOfResource(String(rule.apiVersion), String(rule.resource));
  if (kind === undefined)
    throw new Error(`CompositeController: ${where}: the embedded cluster has no ${String(rule.resource)} of ${String(rule.apiVersion)}`);
  return kind;
}

/** Go durations of whole units; `<= 0` and nonsense mean 10 s, as Metacontroller logs. */
function durationMs(text: unknown): number {
  const match = /^([0-9.]+)(ms|s|m)$/.exec(typeof text === 'string' ? text : '');
  const ms = Number(match?.[1] ?? 0) * ({ ms: 1, s: 1000, m: 60_000 }[match?.[2] ?? 'ms'] ?? 1);
  return ms > 0 ? ms : DEFAULT_TIMEOUT_MS;
}

function childRule(value: unknown, index: number): ChildRule {
  const where = `spec.childResources[${index}]`;
  const rule = object(value, where);
  const strategy = rule.updateStrategy === undefined ? {} : object(rule.updateStrategy, where);
  const method = strategy.method ?? 'OnDelete';
  // Rolling strategies are stuck with two children of a namespaced parent (facts measured, section 6): nobody should use them.
  if (method !== 'OnDelete' && method !== 'InPlace' && method !== 'Recreate')
    throw new Error(`CompositeController: ${where}: ${JSON.stringify(method)} is not embedded`);
  return { kind: kindAt(rule, where), method };
}

/** Reads the parsed YAML; throws an Error that names what the embedded Metacontroller can't do. */
export function readCompositeController(value: unknown): ControllerSettings {
  const root = object(value, 'the object');
  const spec = object(root.spec, 'spec');
  const parent = object(spec.parentResource, 'spec.parentResource');
  const hooks = object(spec.hooks, 'spec.hooks');
  const configured = HOOKS.flatMap((name) => {
    if (hooks[name] === undefined) return [];
    const hook = object(hooks[name], `spec.hooks.${name}`);
    if (hook.version !== 'v2') throw new Error(`CompositeController: spec.hooks.${name}.version must be v2`);
    const webhook = hook.webhook === undefined ? {} : object(hook.webhook, `spec.hooks.${name}.webhook`);
    return [[name, durationMs(webhook.timeout)] as const];
  });
  return {
    name: String(object(root.metadata, 'metadata').name),
    object: root,
    parentKind: kindAt(parent, 'spec.parentResource'),
    ignoreStatusChanges: parent.ignoreStatusChanges === true,
    generateSelector: spec.generateSelector === true,
    resyncPeriodSeconds: typeof spec.resyncPeriodSeconds === 'number' ? spec.resyncPeriodSeconds : null,
    children: Array.isArray(spec.childResources) ? spec.childResources.map(childRule) : [],
    hooks: Object.fromEntries(configured),
  };
}

/** The finalizer that Metacontroller sets when there is a finalize hook. */
export function finalizerOf(settings: ControllerSettings): string {
  return `metacontroller.io/compositecontroller-${settings.name}`;
}
