/** From what stands in the cluster to a spec that decisions may trust. */
import type { Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { kubernetesFindings } from './kubernetes/kubernetes-problems.ts';
import { brokenRules, type Problem } from './rules/rule.ts';
import { FORGEJO_RULES, RULES } from './rules/rules.ts';
import { schemaProblems, untameable } from './schema-problems.ts';
import { ForgejoSchema } from './spec/forgejo-spec.ts';
import { DRAIN_MARGIN_SECONDS, type RunnerPoolSpec, RunnerPoolSpecSchema } from './spec/runnerpool.ts';

export interface ValidSpec {
  readonly ok: true;
  readonly spec: RunnerPoolSpec;
  /** Fields of Kubernetes that are passed on without being known. */
  readonly warnings: readonly Problem[];
}

export type Validated = ValidSpec | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Checks the whole spec and fills in every default; `input` is `.spec` of a RunnerPool and stays as it is. Problems name the
 * field and what is allowed, and never repeat a value. Never throws.
 */
export function validateSpec(input: unknown): Validated {
  const untamed = untameable(input);
  if (untamed !== null) return { ok: false, problems: [{ field: 'spec', message: untamed }] };
  const value = asGiven(input, Value.Default(RunnerPoolSpecSchema, Value.Clone(input)));
  if (!Value.Check(RunnerPoolSpecSchema, value)) return { ok: false, problems: schemaProblems(RunnerPoolSpecSchema, value, 'spec') };
  const spec = completed(value);
  const { problems: ofKubernetes, warnings } = kubernetesFindings(spec);
  // The rules look into Pods: of one that is none they would say the wrong thing.
  const problems = ofKubernetes.length > 0 ? ofKubernetes : brokenRules(RULES, spec);
  return problems.length === 0 ? { ok: true, spec, warnings } : { ok: false, problems };
}

/**
 * `spec.forgejo` of a spec that may break rules elsewhere: deleting a pool needs no more. Fields that are unknown here are
 * left out, since a newer operator may have allowed them. Null when it can't be read. Never throws.
 */
export function readForgejo(input: unknown): RunnerPoolSpec['forgejo'] | null {
  if (typeof input !== 'object' || input === null || !('forgejo' in input) || untameable(input.forgejo) !== null) return null;
  const value = Value.Clean(ForgejoSchema, asGiven(input.forgejo, Value.Default(ForgejoSchema, Value.Clone(input.forgejo))));
  if (!Value.Check(ForgejoSchema, value)) return null;
  const forgejo = { ...value, url: withoutTrailingSlash(value.url) };
  return brokenRules(FORGEJO_RULES, { forgejo }).length === 0 ? forgejo : null;
}

/** Where a list stands for an object, or an object for a list, the schema library puts the default: such a value stays, to be refused. */
function asGiven(given: unknown, filled: unknown): unknown {
  if (given === undefined || typeof given !== 'object' || given === null) return filled;
  if (typeof filled !== 'object' || filled === null || Array.isArray(given) !== Array.isArray(filled)) return given;
  const members = new Map(Object.entries(given));
  if (Array.isArray(filled)) return filled.map((item: unknown, index) => asGiven(members.get(String(index)), item));
  return Object.fromEntries(Object.entries(filled).map(([key, value]) => [key, asGiven(members.get(key), value)]));
}

/** The defaults that depend on other fields, which a schema can't say. */
function completed(spec: Static<typeof RunnerPoolSpecSchema>): RunnerPoolSpec {
  const { forgejo } = spec;
  return {
    ...spec,
    forgejo: { ...forgejo, url: withoutTrailingSlash(forgejo.url) },
    drainTimeoutSeconds: spec.drainTimeoutSeconds ?? spec.jobTimeoutSeconds + DRAIN_MARGIN_SECONDS,
  };
}

function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
