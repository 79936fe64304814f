/**
 * JSON Schema (draft 7) of a RunnerPool for editors (yaml-language-server and its kin), made from the CRD. An editor reads no
 * CEL: what a rule says stands in the description of its field. Parts in the words of Kubernetes have Kubernetes' own fields.
 */
import { buildCrd } from './crd.ts';
import { API_VERSION, KIND } from './keys.ts';
import { definitionRef, IN_ORDER, type JsonSchema, jsonSchemaOf, RETAINS_ALL, type Variant } from './kubernetes/json-schema.ts';
import podTemplate from './kubernetes/pod-template.json' with { type: 'json' };
import { type Fields, fieldsOf, isObject } from './objects.ts';

/** Where a part of Kubernetes stands, and which; the same as `kubernetes-problems.ts` holds against it. */
const PARTS: Readonly<Record<string, { readonly variant: Variant; readonly type: string }>> = {
  'spec.containerMode.dind.resources': { variant: 'plain', type: 'ResourceRequirements' },
  'spec.cache.server.resources': { variant: 'plain', type: 'ResourceRequirements' },
  'spec.resources': { variant: 'plain', type: 'ResourceRequirements' },
  'spec.tolerations[]': { variant: 'plain', type: 'Toleration' },
  'spec.affinity': { variant: 'plain', type: 'Affinity' },
  'spec.topologySpreadConstraints[]': { variant: 'plain', type: 'TopologySpreadConstraint' },
  'spec.template': { variant: 'patch', type: 'PodTemplateSpec' },
};

/** Words of the CRD that JSON Schema has too. */
const KEYWORDS = ['type', 'default', 'enum', 'minItems', 'maxItems', 'minLength', 'maxLength', 'pattern', 'minimum', 'maximum'];
const DEFINITION = '#/definitions/';

export function buildEditorSchema(): JsonSchema {
  const [version] = buildCrd().spec.versions;
  const { spec, status } = fieldsOf(fieldsOf(version?.schema.openAPIV3Schema).properties);
  const properties = {
    apiVersion: { const: API_VERSION },
    kind: { const: KIND },
    metadata: { type: 'object' },
    spec: converted(fieldsOf(spec), 'spec'),
    status: { type: 'object', description: String(fieldsOf(status)['description']) },
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: KIND,
    description: 'A pool of Forgejo Actions runners. Generated from src/api by `npm run generate`; do not edit.',
    type: 'object',
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    additionalProperties: false,
    properties,
    definitions: neededDefinitions(properties),
  };
}

function converted(node: Fields, path: string): JsonSchema {
  const description = descriptionOf(node);
  const part = PARTS[path];
  if (part !== undefined) return { ...description, allOf: [{ $ref: definitionRef(part.variant, part.type) }] };
  return {
    ...description,
    ...Object.fromEntries(KEYWORDS.flatMap((word) => (node[word] === undefined ? [] : [[word, node[word]]]))),
    ...(node['type'] === 'object' ? objectWords(node, path) : {}),
    ...(node['items'] === undefined ? {} : { items: converted(fieldsOf(node['items']), `${path}[]`) }),
  };
}

function objectWords(node: Fields, path: string): JsonSchema {
  const fields = Object.entries(fieldsOf(node['properties']));
  const others = node['additionalProperties'];
  const open = node['x-kubernetes-preserve-unknown-fields'] === true;
  return {
    ...(node['maxProperties'] === undefined ? {} : { maxProperties: node['maxProperties'] }),
    ...(node['required'] === undefined ? {} : { required: node['required'] }),
    ...(open ? {} : { additionalProperties: isObject(others) ? converted(others, `${path}.*`) : false }),
    ...(fields.length === 0
      ? {}
      : { properties: Object.fromEntries(fields.map(([name, field]) => [name, converted(fieldsOf(field), `${path}.${name}`)])) }),
  };
}

/** A rule that compares with the object before says nothing of a file. */
function descriptionOf(node: Fields): JsonSchema {
  const validations: unknown = node['x-kubernetes-validations'];
  const rules = Array.isArray(validations) ? validations.map(fieldsOf) : [];
  const sentences = rules
    .filter(({ rule }) => typeof rule === 'string' && !rule.includes('oldSelf'))
    .map(({ message }) => `Rule: ${String(message)}.`);
  const text = [node['description'], ...sentences].filter((sentence) => typeof sentence === 'string').join('\n');
  return text === '' ? {} : { description: text };
}

/** Of Kubernetes' types those that are referred to, from one to the next. */
function neededDefinitions(root: unknown): Readonly<Record<string, JsonSchema>> {
  const all = fieldsOf(jsonSchemaOf(podTemplate, 'kubernetes')['definitions']);
  const found = new Map<string, JsonSchema>();
  const open = referred(root);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    const definition = withoutOwnWords(fieldsOf(all[name]));
    found.set(name, definition);
    open.push(...referred(definition));
  }
  return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function referred(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) =>
    key === '$ref' && typeof member === 'string' ? [member.slice(DEFINITION.length).replaceAll('~1', '/')] : referred(member),
  );
}

/** Keywords of our own validator mean nothing to an editor. */
function withoutOwnWords(schema: Fields): Fields {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => key !== RETAINS_ALL && key !== IN_ORDER)
      .map(([key, value]) => [key, isObject(value) ? withoutOwnWords(value) : value]),
  );
}
