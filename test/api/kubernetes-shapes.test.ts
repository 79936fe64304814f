import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { jsonSchemaOf } from '../../src/api/kubernetes/json-schema.ts';
import podTemplate from '../../src/api/kubernetes/pod-template.json' with { type: 'json' };
import { type Swagger, shapesBelow } from '../../src/api/kubernetes/reduce.ts';
import type { Shape, Shapes } from '../../src/api/kubernetes/shapes.ts';
import { validator } from '../../src/api/kubernetes/validator.ts';

const shapes: Shapes = podTemplate;
const SCALARS = new Set(['string', 'boolean', 'int32', 'int64', 'quantity', 'intOrString']);

const file = new URL('../fixtures/kubernetes/openapi.json', import.meta.url);
/** Version 3 of the same Kubernetes' OpenAPI, as the tests of the renderers use it. */
const recorded: { readonly origin: string; readonly definitions: Swagger['definitions'] } = JSON.parse(readFileSync(file, 'utf8'));

function typesOf(shape: Shape): string {
  if (typeof shape === 'string') return shape;
  return 'mapOf' in shape ? shape.mapOf : (shape[0] ?? '');
}

function definitionOf(type: string): Swagger['definitions'][string] | undefined {
  return Object.entries(recorded.definitions).find(([name]) => name.endsWith(`.${type}`))?.[1];
}

describe('the shapes of a Pod template', () => {
  it('lead only to types that are there', () => {
    const used = new Set(Object.values(shapes.types).flatMap((fields) => Object.values(fields).map(typesOf)));
    expect([...used].filter((type) => !SCALARS.has(type) && shapes.types[type] === undefined)).toEqual([]);
  });

  it('are of the Kubernetes that the renderers are tested with', () => {
    expect(recorded.origin).toContain(`Kubernetes v${shapes.version} `);
  });

  it.each(Object.keys(shapes.types))('have every field of %s, and no other', (type) => {
    // That file leaves out status and managedFields.
    const fields = Object.keys(shapes.types[type] ?? {}).filter((field) => field !== 'status');
    expect(fields.toSorted()).toEqual(Object.keys(definitionOf(type)?.properties ?? {}).toSorted());
  });

  it('name a merge key that is a field, for every list that has one', () => {
    const keyed = Object.entries(shapes.types).flatMap(([type, fields]) =>
      Object.entries(fields).flatMap(([field, shape]) =>
        Array.isArray(shape) && shape.length > 1 ? [{ at: `${type}.${field}`, shape }] : [],
      ),
    );
    expect(keyed.length).toBeGreaterThan(15);
    expect(keyed.filter(({ shape: [type, key] }) => typeof shapes.types[String(type)]?.[String(key)] !== 'string')).toEqual([]);
  });
});

describe('the JSON Schema that is made of them', () => {
  it('is one', () => {
    const ajv = new Ajv();
    expect(ajv.validateSchema(jsonSchemaOf(shapes, 'kubernetes')), ajv.errorsText()).toBe(true);
  });

  it('compiles for every type, as a thing and as a patch', () => {
    for (const type of Object.keys(shapes.types)) {
      for (const variant of ['plain', 'patch'] as const) {
        expect(validator(variant, type)({})).toBe(true);
        expect(validator(variant, type)({ noSuchField: 1 })).toBe(false);
      }
    }
  });

  it('has no type that is not below a Pod template', () => {
    expect(() => validator('plain', 'Service')).toThrow('Kubernetes has no type Service');
  });
});

describe('what is made of a swagger file', () => {
  const reference = (name: string) => ({ $ref: `#/definitions/io.k8s.${name}` });
  const swagger: Swagger = {
    definitions: {
      'io.k8s.a.Root': {
        properties: {
          name: { type: 'string' },
          count: { type: 'integer', format: 'int32' },
          leaf: reference('b.Leaf'),
          managedFields: { type: 'array', items: reference('b.Nowhere') },
        },
      },
      'io.k8s.b.Leaf': {
        properties: {
          roots: {
            type: 'array',
            items: reference('a.Root'),
            'x-kubernetes-patch-strategy': 'merge,retainKeys',
            'x-kubernetes-patch-merge-key': 'name',
          },
          atomic: { type: 'array', items: { type: 'string' }, 'x-kubernetes-patch-merge-key': 'name' },
          limits: { type: 'object', additionalProperties: reference('apimachinery.pkg.api.resource.Quantity') },
          port: reference('apimachinery.pkg.util.intstr.IntOrString'),
        },
      },
      'io.k8s.apimachinery.pkg.api.resource.Quantity': {},
    },
  };

  it('is every type that the root leads to, once, also where types hold each other', () => {
    expect(shapesBelow('io.k8s.a.Root', swagger, '1.2.3')).toEqual({
      version: '1.2.3',
      types: {
        Leaf: { roots: ['Root', 'name'], atomic: ['string'], limits: { mapOf: 'quantity' }, port: 'intOrString' },
        Root: { name: 'string', count: 'int32', leaf: 'Leaf' },
      },
    });
  });

  it.each([
    { situation: 'a root that is not there', definitions: {} },
    { situation: 'a type of another kind', definitions: { 'io.k8s.a.Root': { properties: { x: { type: 'number', format: 'double' } } } } },
  ])('is an error for $situation: a field must not be lost unseen', ({ definitions }) => {
    expect(() => shapesBelow('io.k8s.a.Root', { definitions }, '1.2.3')).toThrow(/has no (fields|shape)/);
  });
});
