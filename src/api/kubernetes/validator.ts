/** Functions that hold a value against Kubernetes' schema. */
import { Ajv, type ValidateFunction } from 'ajv';
import type { Fields } from '../objects.ts';
import { isInOrder, retainsAll } from './directives.ts';
import { definitionRef, IN_ORDER, jsonSchemaOf, type OrderedList, RETAINS_ALL, type Variant } from './json-schema.ts';
import podTemplate from './pod-template.json' with { type: 'json' };

/** Of the schema: what a newer Kubernetes knows is unknown here. */
export const KUBERNETES_VERSION = podTemplate.version;

const SCHEMA_ID = 'kubernetes';
/** Made when the first spec needs it, since compiling takes a while, and kept. */
let ajv: Ajv | null = null;

/** Throws for a type that is not below a Pod template. */
export function validator(variant: Variant, type: string): ValidateFunction {
  ajv ??= createAjv();
  const validate = ajv.getSchema(`${SCHEMA_ID}${definitionRef(variant, type)}`);
  if (validate === undefined) throw new Error(`Kubernetes has no type ${type}`);
  return validate;
}

interface Beside {
  /** The object in which the directive stands. */
  readonly parentData: Fields;
}

/** Compiling holds up every pool, so nothing is done for speed later or for sentences of ajv's own; a test checks the schema. */
const COMPILED_ONCE = { code: { optimize: false }, inlineRefs: false, messages: false, validateSchema: false } as const;

function createAjv(): Ajv {
  const made = new Ajv({ allErrors: true, strict: true, strictTypes: false, ...COMPILED_ONCE });
  made.addKeyword({
    keyword: RETAINS_ALL,
    type: 'array',
    errors: false,
    validate: (_: true, names: readonly unknown[], _schema: unknown, at?: Beside) => retainsAll(names, at?.parentData ?? {}),
  });
  made.addKeyword({
    keyword: IN_ORDER,
    type: 'array',
    errors: false,
    validate: ({ list, key }: OrderedList, order: readonly unknown[], _schema: unknown, at?: Beside) =>
      isInOrder(order, at?.parentData[list], key),
  });
  return made.addSchema(jsonSchemaOf(podTemplate, SCHEMA_ID));
}
