/** Strict validation against Kubernetes' own schema: an unknown field is an error. */
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

interface Definition {
  readonly properties?: Record<string, unknown>;
  readonly additionalProperties?: unknown;
}

interface Schemas {
  readonly kinds: Record<string, string>;
  readonly definitions: Record<string, Definition>;
}

const file = new URL('../../fixtures/kubernetes/openapi.json', import.meta.url);
const { kinds, definitions }: Schemas = JSON.parse(readFileSync(file, 'utf8'));

const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema({
  $id: 'kubernetes',
  definitions: Object.fromEntries(Object.entries(definitions).map(([name, definition]) => [name, strict(definition)])),
});

function strict(definition: Definition): Definition {
  return definition.properties === undefined ? definition : { ...definition, additionalProperties: false };
}

/** Whether there is a schema of that kind. */
export function hasSchema(kind: string): boolean {
  return kind in kinds;
}

/** What the schema of that kind says against `object`; empty when it is valid. */
export function schemaErrors(kind: string, object: unknown): readonly string[] {
  const validate = ajv.getSchema(`kubernetes#/definitions/${kinds[kind]}`);
  if (validate === undefined) throw new Error(`no schema of kind ${kind}`);
  if (validate(object) === true) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
}
