/** What docs/kubectl.md shows is what kubectl prints: the same columns, the same words. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CONDITION_ADVICE } from '../../src/api/condition-advice.ts';
import { buildCrd } from '../../src/api/crd.ts';
import { fieldsOf } from '../../src/api/objects.ts';
import { PRINTER_COLUMNS } from '../../src/api/printer-columns.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/kubectl.md'), 'utf8');
const spec = fieldsOf(fieldsOf(fieldsOf(buildCrd().spec.versions[0]?.schema.openAPIV3Schema).properties)['spec']);

function columns(wide: boolean): readonly string[] {
  return PRINTER_COLUMNS.filter(({ priority }) => wide || priority === undefined).map(({ name }) => name.toUpperCase());
}

describe('the page on kubectl', () => {
  it('shows the columns that the definition has', () => {
    const heads = [...page.matchAll(/^NAME +MODE .*$/gm)].map(([line]) => line.split(/ +/));
    expect(heads).toEqual([
      ['NAME', ...columns(false)],
      ['NAME', ...columns(true)],
    ]);
  });

  it.each(['PodNotCreated', 'SpecInvalid'] as const)('shows the message of %s as it is written today', (reason) => {
    expect(page).toContain(` ${CONDITION_ADVICE[reason]}\n`);
  });

  it('shows the description of a field as it is written today', () => {
    const { description } = fieldsOf(fieldsOf(spec['properties'])['minRunners']);
    expect(page.replaceAll(/\s+/g, ' ')).toContain(`DESCRIPTION: ${String(description)} `);
  });

  it('says of the category what the definition says', () => {
    expect(page).toContain(`It is in the category \`${buildCrd().spec.names.categories.join('`, `')}\``);
  });
});
