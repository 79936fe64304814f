import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { API_VERSION, KIND } from '../../src/api/keys.ts';
import { scopeOf } from '../../src/api/scope.ts';
import { validateSpec } from '../../src/api/validate.ts';

const folder = join(import.meta.dirname, '../../deploy/samples');
const samples = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));

function validated(text: string) {
  const result = validateSpec(parse(text).spec);
  return result.ok ? result.spec : expect.fail(JSON.stringify(result.problems));
}

describe('the samples', () => {
  it.each(samples)('hold a valid pool and name where its token is: $file', ({ text }) => {
    const { apiVersion, kind } = parse(text);
    expect({ apiVersion, kind }).toEqual({ apiVersion: API_VERSION, kind: KIND });
    const comment = text.split('\n').filter((line) => line.startsWith('#'));
    const { tokenSecretRef, tokenFrom } = validated(text).forgejo;
    expect(comment.join('\n')).toContain(`\`${tokenSecretRef?.name ?? tokenFrom?.openbao.path}\``);
  });

  it('show every scope, every mode and every container mode', () => {
    const specs = samples.map(({ text }) => validated(text));
    expect(new Set(specs.map((spec) => scopeOf(spec.forgejo).kind))).toEqual(new Set(['instance', 'organization', 'user', 'repository']));
    expect(new Set(specs.map((spec) => `${spec.mode} ${spec.containerMode.type}`))).toEqual(
      new Set(['Ephemeral Dind', 'Ephemeral DindRootless', 'Ephemeral External', 'Ephemeral Host', 'Persistent Dind', 'Persistent Host']),
    );
  });
});
