/** Every finding of doctor against the embedded Forgejo; `UPDATE_GOLDENS=1` writes the texts anew: read the diff. */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CASES, type DoctorCase, UID } from './cases.ts';
import { doctored, knownPool, TOKEN } from './support.ts';

const UPDATE = process.env['UPDATE_GOLDENS'] === '1';
const golden = join(import.meta.dirname, 'golden');

function fileOf({ situation }: DoctorCase): string {
  return join(golden, `${situation.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.txt`);
}

interface Read {
  readonly findings: readonly { readonly check: string; readonly level: string; readonly fix?: string }[];
}

describe('doctor says what holds when', () => {
  it.each(CASES)('$situation: $because', async (doctorCase) => {
    const { forgejo, run } = doctored(doctorCase.world);
    await doctorCase.prepare?.(forgejo);
    const { text, code } = await run(doctorCase.target, doctorCase.options);
    const file = fileOf(doctorCase);
    if (UPDATE) writeFileSync(file, text);
    expect(existsSync(file), `${file}: UPDATE_GOLDENS=1 writes it`).toBe(true);
    expect(text).toBe(readFileSync(file, 'utf8'));
    expect(code).toBe(doctorCase.code);
  });

  it.each(CASES)('$situation, the same as JSON, with a fix for all that is not ok, and without the token', async (doctorCase) => {
    const { forgejo, run } = doctored(doctorCase.world);
    await doctorCase.prepare?.(forgejo);
    const { text } = await run(doctorCase.target, { ...doctorCase.options, format: 'json' });
    const { findings } = JSON.parse(text) as Read;
    expect(findings.map(({ check, level }) => `${check} ${level}`)).toEqual(
      expect.arrayContaining(doctorCase.says.map(([check, level]) => `${check} ${level}`)),
    );
    expect(findings.filter(({ level, fix }) => level !== 'ok' && (fix ?? '') === '')).toEqual([]);
    expect(text).not.toContain(doctorCase.target?.token ?? TOKEN);
  });

  it('no golden file is left over', () => {
    expect(new Set(globSync(join(golden, '*.txt')).map((file) => basename(file)))).toEqual(
      new Set(CASES.map((each) => basename(fileOf(each)))),
    );
  });

  it('every check has a case in which it is not ok', () => {
    const found = new Set(CASES.flatMap(({ says }) => says.filter(([, level]) => level !== 'ok').map(([check]) => check)));
    const source = readFileSync(join(import.meta.dirname, '../../../src/cli/doctor/finding.ts'), 'utf8');
    const checks = [...source.matchAll(/^ +\| '([a-z-]+)'/gm)].map(([, check = '']) => check);
    expect(checks.length).toBeGreaterThan(15);
    expect(checks.filter((check) => ![...found].some((each) => each === check))).toEqual([]);
  });
});

describe('a diagnosis', () => {
  it('changes nothing at Forgejo, whatever it finds', async () => {
    for (const { world, prepare, target } of CASES) {
      const { forgejo, run } = doctored(world);
      await prepare?.(forgejo);
      const before = JSON.stringify([forgejo.runners(), forgejo.jobs()]);
      const { create = 0 } = forgejo.counters;
      await run(target);
      expect(JSON.stringify([forgejo.runners(), forgejo.jobs()])).toBe(before);
      expect([forgejo.counters.create ?? 0, forgejo.deletions()]).toEqual([create, []]);
    }
  });

  it('leaves no registration of its write test behind', async () => {
    const { forgejo, run } = doctored();
    await run({}, { writeTest: true });
    expect([forgejo.runners(), forgejo.deletions().length]).toEqual([[], 1]);
  });

  it('looks a repository up once, however many pools name it', async () => {
    const { forgejo, run } = doctored({ scopes: ['write:organization', 'read:repository'] });
    const asked: string[] = [];
    const { handle } = forgejo;
    Object.assign(forgejo, {
      handle: (request: Parameters<typeof handle>[0]) => {
        asked.push(new URL(request.url).pathname.toLowerCase());
        return handle(request);
      },
    });
    const allow = ['acme/app', 'ACME/App', '7'];
    await run({ pools: Array.from({ length: 30 }, (_, index) => knownPool(`ci/pool-${index}`, { repositories: { allow } })) });
    expect(asked.filter((path) => path === '/api/v1/repos/acme/app')).toHaveLength(1);
  });

  it('sends the token to nobody but the server, also when the keys are elsewhere', async () => {
    const { forgejo, run } = doctored({ oidc: null });
    const sent: string[] = [];
    const body = JSON.stringify({ issuer: 'https://evil.example.net/api/actions', jwks_uri: 'https://evil.example.net/keys' });
    forgejo.setFaults([{ when: { path: '/.well-known/openid-configuration' }, fault: { kind: 'answer', status: 200, body } }]);
    const { handle } = forgejo;
    Object.assign(forgejo, {
      handle: (request: Parameters<typeof handle>[0]) => {
        if (new URL(request.url).host === 'evil.example.net') sent.push(JSON.stringify(request));
        return handle(request);
      },
    });
    await run();
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.join('')).not.toContain(TOKEN);
  });

  it('shows no token that a server puts into a name, and no control character', async () => {
    const { forgejo, run } = doctored();
    forgejo.queueJob({ repository: 'acme/app', name: `\u001b[31m${TOKEN}\u0007`, runsOn: [TOKEN, 'x\u0000y'] });
    for (const format of ['text', 'json'] as const) {
      const { text } = await run({ pools: [] }, { format });
      expect(text).not.toContain(TOKEN);
      expect(text).toContain('[token]');
      expect([...text].filter((character) => character < ' ' && character !== '\n')).toEqual([]);
    }
  });

  it('sweeps one pool alone', async () => {
    const swept = CASES.find(({ situation }) => situation === 'a sweep of a pool that is surely gone');
    const { forgejo, run } = doctored();
    await swept?.prepare?.(forgejo);
    await run(swept?.target, { sweepUid: UID });
    expect(forgejo.deletions().map(({ name }) => name)).toEqual(['ci-docker-1']);
    expect(forgejo.runners().map(({ name }) => name)).toEqual(['ci-docker-2', 'ci-docker-3', 'ci-other-1']);
  });
});
