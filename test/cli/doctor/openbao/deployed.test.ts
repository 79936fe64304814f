/** What `deploy/openbao` sets up is what these rules ask for. */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fieldsOf } from '../../../../src/api/objects.ts';
import { judge } from '../../../../src/cli/doctor/openbao/diagnose.ts';
import { runBaoDoctor } from '../../../../src/cli/doctor/openbao/run.ts';
import { serve } from './serve.ts';
import { ADDRESS, type BaoWorld, estateOf, HARDENED } from './world.ts';

const deployed = join(import.meta.dirname, '../../../../deploy/openbao');

function jsonIn(folder: string): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const files = globSync('*.json', { cwd: join(deployed, folder) }).toSorted();
  return Object.fromEntries(
    files.map((file) => [basename(file, '.json'), fieldsOf(JSON.parse(readFileSync(join(deployed, folder, file), 'utf8')))]),
  );
}

const policies = Object.fromEntries(
  globSync('**/*.hcl', { cwd: join(deployed, 'policies') })
    .toSorted()
    .map((file) => [file.replace(/\.hcl$/, ''), { policy: readFileSync(join(deployed, 'policies', file), 'utf8') }]),
);

/** A family of tags is worth as much as the protection of tags in Forgejo, which OpenBao can not show. */
const KNOWN = ['acme-app-release: ref-glob-family'];

function worldOf(config: BaoWorld['config']): BaoWorld {
  return { ...HARDENED, config, roles: jsonIn('roles'), policies };
}

describe('the set-up that is shipped', () => {
  const mounts = Object.entries(jsonIn('mount')).map(([name, config]) => ({ name, config }));

  it('has mounts, roles and policies', () => {
    expect([mounts.length, Object.keys(jsonIn('roles')).length, Object.keys(policies).length].every((count) => count > 2)).toBe(true);
  });

  it.each(mounts)('comes out with the one warning that its page tells, keys by $name', ({ config }) => {
    const findings = judge(estateOf(worldOf(config)));
    expect(findings.map(({ check, subject, level }) => `${subject.replace('role ', '')}: ${check} ${level}`)).toEqual(
      KNOWN.map((one) => `${one} warn`),
    );
  });

  it.each(mounts)('the issuer that the files bind is that of the Forgejo they are for, keys by $name', ({ config }) => {
    expect(config['bound_issuer']).toBe(HARDENED.issuer);
  });

  it('without the role of releases nothing is found', () => {
    const { 'acme-app-release': _, ...roles } = jsonIn('roles');
    const [{ config } = { config: {} }] = mounts;
    expect(judge(estateOf({ ...worldOf(config), roles }))).toEqual([]);
  });

  it('is told in these words', async () => {
    const { config } = mounts.find(({ name }) => name === 'discovery') ?? { config: {} };
    const target = {
      address: ADDRESS,
      mount: 'forgejo',
      roles: [],
      namespace: null,
      token: 's.x',
      forgejo: { url: 'https://forgejo.example.org' },
    };
    const { text, code } = await runBaoDoctor(target, 'text', serve(worldOf(config)).transport);
    const file = join(import.meta.dirname, 'golden/the-shipped-set.txt');
    if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
    expect(code).toBe(0);
  });
});
