/**
 * The CustomResourceDefinition, made from the schemas and the rules. The schema is structural: every field has one type, so
 * a choice of literals becomes an `enum`, and what is left open is marked `x-kubernetes-preserve-unknown-fields`.
 */
import { KindGuard, type TObject, type TSchema } from '@sinclair/typebox';
import { explained } from './explained.ts';
import { GROUP, KIND, PLURAL, VERSION } from './keys.ts';
import { PRINTER_COLUMNS } from './printer-columns.ts';
import { RULES } from './rules/rules.ts';
import { RunnerPoolSpecSchema } from './spec/runnerpool.ts';
import { RunnerPoolStatusSchema } from './status.ts';

export interface Structural {
  readonly type: string;
  readonly [field: string]: unknown;
}

const DESCRIPTION =
  'A pool of Forgejo Actions runners: which server and whose jobs, what a runner looks like, and how many there are. The operator makes one Pod per runner. ' +
  '`kubectl explain runnerpool.spec` says what can be set, `kubectl explain runnerpool.status` what it reports.';

/** The definition as an object that is ready to be written as YAML or JSON. */
export function buildCrd() {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${PLURAL}.${GROUP}` },
    spec: {
      group: GROUP,
      names: {
        kind: KIND,
        listKind: `${KIND}List`,
        plural: PLURAL,
        singular: KIND.toLowerCase(),
        shortNames: ['rp'],
        // Not `all`: `kubectl delete all --all` is meant for what runs, and would take the pools with their settings along.
        categories: ['forgejo'],
      },
      scope: 'Namespaced',
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          additionalPrinterColumns: PRINTER_COLUMNS,
          subresources: {
            status: {},
            scale: {
              specReplicasPath: '.spec.minRunners',
              statusReplicasPath: '.status.replicas',
              labelSelectorPath: '.status.selector',
            },
          },
          schema: {
            openAPIV3Schema: {
              description: DESCRIPTION,
              type: 'object',
              required: ['spec'],
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec: structural(RunnerPoolSpecSchema, 'spec'),
                status: structural(RunnerPoolStatusSchema, 'status'),
              },
            },
          },
        },
      ],
    },
  };
}

/** One field and all below it; `path` finds the rules that stand here. Throws for a kind of schema that a CRD can't hold. */
export function structural(schema: TSchema, path: string): Structural {
  const validations = RULES.filter((rule) => rule.at === path && rule.cel !== null).map(({ cel, message }) => ({ rule: cel, message }));
  return {
    ...described(schema, path),
    ...(path === 'status.conditions' ? { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] } : {}),
    ...(validations.length === 0 ? {} : { 'x-kubernetes-validations': validations }),
  };
}

function described(schema: TSchema, path: string): Structural {
  if (KindGuard.IsObject(schema)) return describedObject(schema, path);
  if (KindGuard.IsUnion(schema)) {
    return { type: 'string', ...picked(schema, ['description', 'default']), enum: schema.anyOf.map((option) => String(option['const'])) };
  }
  if (KindGuard.IsLiteral(schema)) return { type: 'string', ...picked(schema, ['description']), enum: [String(schema.const)] };
  if (KindGuard.IsArray(schema)) {
    return { type: 'array', ...picked(schema, ['description', 'minItems', 'maxItems']), items: structural(schema.items, `${path}[]`) };
  }
  if (KindGuard.IsString(schema)) {
    return { type: 'string', ...picked(schema, ['description', 'default', 'format', 'minLength', 'maxLength', 'pattern']) };
  }
  if (KindGuard.IsInteger(schema)) {
    return { type: 'integer', format: 'int64', ...picked(schema, ['description', 'default', 'minimum', 'maximum']) };
  }
  if (KindGuard.IsBoolean(schema)) return { type: 'boolean', ...picked(schema, ['description', 'default']) };
  throw new Error(`${path} is of a kind that a CRD can't hold`);
}

function describedObject(schema: TObject, path: string): Structural {
  const fields = Object.entries(schema.properties);
  const required = fields.filter(([name, field]) => schema.required?.includes(name) === true && field.default === undefined);
  return {
    type: 'object',
    ...picked(schema, ['description', 'default', 'maxProperties']),
    ...(schema.additionalProperties === true ? { 'x-kubernetes-preserve-unknown-fields': true } : {}),
    ...(KindGuard.IsSchema(schema.additionalProperties)
      ? { additionalProperties: structural(schema.additionalProperties, `${path}.*`) }
      : {}),
    // A field with a default may be left out.
    ...(required.length === 0 ? {} : { required: required.map(([name]) => name) }),
    ...(fields.length === 0
      ? {}
      : { properties: Object.fromEntries(fields.map(([name, field]) => [name, structural(field, `${path}.${name}`)])) }),
  };
}

function picked(schema: TSchema, keys: readonly string[]): Readonly<Record<string, unknown>> {
  const values: Readonly<Record<string, unknown>> = { ...schema, description: explained(schema) };
  return Object.fromEntries(keys.flatMap((key) => (values[key] === undefined ? [] : [[key, values[key]]])));
}
