/**
 * A rule that a schema can't say. Its message is the same sentence in the CRD, where `cel` refuses an object before it is
 * stored, and in `validateSpec`, which sees what an older CRD let through.
 */
interface RuleBase {
  /** Where the CEL rule stands, and what it calls `self`: a dotted path from `spec`. */
  readonly at: string;
  readonly message: string;
}

/** Compares a new object with the old one, which only the API server sees. */
export interface TransitionRule extends RuleBase {
  readonly kind: 'transition';
  readonly cel: string;
}

export interface StateRule<Spec> extends RuleBase {
  readonly kind: 'state';
  /** Null where CEL can't look: below a field whose contents the CRD does not describe. */
  readonly cel: string | null;
  /** Paths of the fields that break the rule, with list items as `spec.labels[2]`; empty when it holds. */
  readonly broken: (spec: Spec) => readonly string[];
}

export type Rule<Spec> = StateRule<Spec> | TransitionRule;

export interface Problem {
  /** Dotted path, `spec.forgejo.url`, `spec.labels[2]`. */
  readonly field: string;
  readonly message: string;
}

/** Every field that breaks a rule, in the order of the rules. */
export function brokenRules<Spec>(rules: readonly Rule<Spec>[], spec: Spec): readonly Problem[] {
  return rules.flatMap((rule) => (rule.kind === 'state' ? rule.broken(spec).map((field) => ({ field, message: rule.message })) : []));
}

/** A CEL call that matches a regular expression against `value`. */
export function celMatches(value: string, pattern: string): string {
  return `${value}.matches(${JSON.stringify(pattern)})`;
}
