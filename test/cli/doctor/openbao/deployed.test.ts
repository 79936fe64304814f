/** What `deploy/openbao` sets up is what these rules ask for. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fieldsOf } from '../../../../src/api/objects.ts';
import { judge } from '../../../../src/cli/doctor/openbao/diagnose.ts';
import { type BaoWorld, estateOf, HARDENED } from './world.ts';

const deployed = join(import.meta.dirname, '../../../../deploy/openbao');

function jsonIn(folder: string): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const files = globSync('*.json', { cwd: join(deployed, folder) });
  return Object.fromEntries(
    files.map((file) => [basename(file, '.json'), fieldsOf(JSON.parse(readFileSync(join(deployed, folder, file), 'utf8')))]),
  );
}

const policies = Object.fromEntries(
  globSync('**/*.hcl', { cwd: join(deployed, 'policies') }).map((file) => [
    file.replace(/\.hcl$/, ''),
    { policy: readFileSync(join(deployed, 'policies', file), 'utf8') },
  ]),
);

/** A family of tags, an organization beside one of its repositories, keys by the http Service of a cluster: they rest on more than the role. */
const KNOWN = ['ref-glob-family', 'audience-shared', 'keys-over-http'];

describe('the set-up that is shipped', () => {
  const mounts = Object.entries(jsonIn('mount')).map(([name, config]) => ({ name, config }));

  it('has mounts, roles and policies', () => {
    expect([mounts.length, Object.keys(jsonIn('roles')).length, Object.keys(policies).length].every((count) => count > 2)).toBe(true);
  });

  it.each(mounts)('comes out without a failure, keys by $name', ({ config }) => {
    const world: BaoWorld = { ...HARDENED, issuer: null, config, roles: jsonIn('roles'), policies };
    const findings = judge(estateOf(world)).filter(({ check, level }) => level === 'fail' || !KNOWN.includes(check));
    expect(findings).toEqual([]);
  });
});
