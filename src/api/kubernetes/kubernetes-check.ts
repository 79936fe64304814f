/** One value against Kubernetes' schema of its type. */
import type { ErrorObject } from 'ajv';
import type { Problem } from '../rules/rule.ts';
import { fieldPath } from '../schema-problems.ts';
import { IN_ORDER, RETAINS_ALL, type Variant } from './json-schema.ts';
import { KUBERNETES_VERSION, validator } from './validator.ts';

export interface KubernetesFindings {
  /** What every API server would refuse. */
  readonly problems: readonly Problem[];
  /** Fields that the Kubernetes of the schema does not have; they are passed on, for a newer one may. */
  readonly warnings: readonly Problem[];
}

/** More of them help nobody, and a list of ten thousand wrong entries must neither fill a status nor hold up other pools. */
const MOST_FINDINGS = 100;

/** What is said of `value`, which stands at `path` and is to be a `type` such as `Affinity`. Time is linear in the size of the value. */
export function check(path: string, type: string, variant: Variant, value: unknown): KubernetesFindings {
  const validate = validator(variant, type);
  if (validate(value)) return { problems: [], warnings: [] };
  const errors = (validate.errors ?? []).filter(({ keyword }) => SENTENCES.has(keyword));
  const firstThat = (holds: (error: ErrorObject) => boolean) =>
    errors
      .filter(holds)
      .slice(0, MOST_FINDINGS)
      .map((error) => problemOf(error, fieldPath(path, error.instancePath, value)));
  return { problems: firstThat((error) => !isUnknownField(error)), warnings: firstThat(isUnknownField) };
}

function isUnknownField({ keyword }: ErrorObject): boolean {
  return keyword === 'additionalProperties';
}

type Params = Readonly<Record<string, unknown>>;

const A_QUANTITY = 'a quantity such as 500m or 2Gi';

/** By the keyword of the schema that does not hold. `if` is not among them: what its branch lacks is said by another error. */
const SENTENCES: ReadonlyMap<string, (params: Params) => string> = new Map<string, (params: Params) => string>([
  ['additionalProperties', () => `is no field of Kubernetes ${KUBERNETES_VERSION}`],
  ['required', () => 'is required: the entries of this list are merged by it'],
  ['minLength', () => 'must not be empty'],
  ['minimum', ({ limit }: Params) => `must be an integer of at least ${String(limit)}`],
  ['maximum', ({ limit }: Params) => `must be an integer of at most ${String(limit)}`],
  ['enum', ({ allowedValues }: Params) => `must be ${listOf(allowedValues).join(' or ')}`],
  [RETAINS_ALL, () => 'must name every field beside it'],
  [IN_ORDER, () => 'must name every entry of its list, in the same order'],
  ['pattern', () => `must be ${A_QUANTITY}`],
  ['type', ({ type }: Params) => `must be ${typeWords(listOf(type))}`],
]);

function problemOf({ keyword, params }: ErrorObject, path: string): Problem {
  const given: Params = params;
  const names = [given['additionalProperty'], given['missingProperty']].filter((name) => typeof name === 'string');
  return { field: [path, ...names].join('.'), message: SENTENCES.get(keyword)?.(given) ?? '' };
}

const TYPE_WORDS: ReadonlyMap<string, string> = new Map([
  ['string', 'a string'],
  ['integer', 'an integer'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'an object'],
]);

/** That null would do as well is no advice. Only a quantity may be any number. */
function typeWords(types: readonly string[]): string {
  if (types.includes('number')) return A_QUANTITY;
  return types.flatMap((type) => TYPE_WORDS.get(type) ?? []).join(' or ');
}

function listOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}
