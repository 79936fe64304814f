import { describe, expect, it } from 'vitest';
import { buildCrd } from '../../src/api/crd.ts';
import { fieldsOf } from '../../src/api/objects.ts';
import { PRINTER_COLUMNS } from '../../src/api/printer-columns.ts';

const [version] = buildCrd().spec.versions;
const schema = fieldsOf(version?.schema.openAPIV3Schema);

/** The schema of the field that a path leads to; undefined when there is none. */
function schemaAt(jsonPath: string): Readonly<Record<string, unknown>> | undefined {
  if (jsonPath === '.metadata.creationTimestamp') return { type: 'string', format: 'date-time' };
  const names = jsonPath.replace(/\[\?\(@\.type=="\w+"\)\]/, '.[]').split('.');
  const found = names.slice(1).reduce<unknown>((node, name) => {
    const fields = fieldsOf(node);
    return name === '[]' ? fields['items'] : fieldsOf(fields['properties'])[name];
  }, schema);
  return found === undefined ? undefined : fieldsOf(found);
}

describe('the columns of kubectl get', () => {
  it.each(PRINTER_COLUMNS)('$name: reads a field that exists, and is of its type', ({ type, jsonPath }) => {
    const field = schemaAt(jsonPath);
    expect(field).toBeDefined();
    expect(field?.['type']).toBe(type === 'date' ? 'string' : type);
    expect(field?.['format'] === 'date-time').toBe(type === 'date');
  });

  it('are one word each, so that tools can take a line apart', () => {
    expect(PRINTER_COLUMNS.map(({ name }) => name).filter((name) => !/^[A-Z][a-z]+$/.test(name))).toEqual([]);
  });

  it('tell the story of a pool in the order in which it happens', () => {
    const names = (wide: boolean) => PRINTER_COLUMNS.filter(({ priority }) => wide || priority === undefined).map(({ name }) => name);
    expect(names(false)).toEqual(['Mode', 'Scope', 'Waiting', 'Oldest', 'Idle', 'Busy', 'Max', 'Ready', 'Age']);
    expect(names(true)).toContain('Reason');
  });
});

describe('the names of the resource', () => {
  it('have a short one, and a category that is not the one of `kubectl delete all`', () => {
    expect(buildCrd().spec.names).toMatchObject({ shortNames: ['rp'], categories: ['forgejo'] });
  });
});

describe('the scale subresource', () => {
  it('reads and writes integers that exist', () => {
    const { specReplicasPath, statusReplicasPath, labelSelectorPath } = version?.subresources.scale ?? {};
    expect([specReplicasPath, statusReplicasPath].map((path) => schemaAt(path ?? '')?.['type'])).toEqual(['integer', 'integer']);
    expect(schemaAt(labelSelectorPath ?? '')?.['type']).toBe('string');
  });
});
