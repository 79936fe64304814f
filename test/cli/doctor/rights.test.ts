/** How the scopes of a token are told from answers, held against the recorded authorization matrix. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { probe, type Right } from '../../../src/cli/doctor/calls.ts';
import { grantedScopes, readRights } from '../../../src/cli/doctor/rights.ts';
import { createEmbeddedForgejo } from '../../../src/dev/forgejo/embedded.ts';
import type { TokenScope } from '../../../src/dev/forgejo/state.ts';
import { systemClock } from '../../../src/system-clock.ts';

const recordings = join(import.meta.dirname, '../../fixtures/recordings/forgejo');
const matrix = JSON.parse(readFileSync(join(recordings, 'authz-matrix.json'), 'utf8')) as Record<string, [number, string]>;

function asked(status: number, message: string, method: 'GET' | 'DELETE'): Promise<Right> {
  const transport = async () => ({ status, headers: {}, body: status < 300 && method === 'DELETE' ? '' : JSON.stringify({ message }) });
  return probe({ transport, clock: systemClock, access: { url: 'https://forgejo.example.org', token: 'x' } }, method, '/anything');
}

/** What the words say, told apart from how `probe` reads them. */
function expected(status: number, message: string): Right {
  if (message.startsWith('token does not have')) return 'lacking';
  return status === 401 ? 'unknown' : 'granted';
}

const rows = Object.entries(matrix).flatMap(([name, [status, message]]) => {
  const method = name.endsWith('|DEL') ? ('DELETE' as const) : /\|(LIST|GET)$/.test(name) ? ('GET' as const) : null;
  return method === null ? [] : [{ name, status, message, method }];
});

describe('the right to something', () => {
  it('is recorded for many tokens', () => {
    expect(rows.length).toBeGreaterThan(100);
    expect(new Set(rows.map(({ status, message }) => expected(status, message)))).toEqual(new Set(['granted', 'lacking', 'unknown']));
  });

  it('is read from each recorded answer as its words say it', async () => {
    const wrong = await Promise.all(
      rows.map(async ({ name, status, message, method }) => {
        const right = await asked(status, message, method);
        return right === expected(status, message) ? [] : [`${name}: ${status} ${message} is no ${right}`];
      }),
    );
    expect(wrong.flat()).toEqual([]);
  });

  it.each([
    { status: 404, message: 'Not found.', because: 'a proxy knows no such path' },
    { status: 403, message: 'Forbidden by rule 12', because: 'a firewall refuses it' },
    { status: 405, message: '', because: 'a proxy knows no DELETE' },
    { status: 500, message: '', because: 'the server is in trouble' },
    { status: 302, message: '', because: 'something redirects' },
  ])('is unknown when $because', async ({ status, message }) => {
    expect(await asked(status, message, 'DELETE')).toBe('unknown');
  });
});

describe('the scopes of a token', () => {
  const scopes: readonly TokenScope[] = [
    'write:admin',
    'read:admin',
    'write:organization',
    'read:organization',
    'write:repository',
    'read:repository',
    'write:user',
    'read:user',
  ];

  it.each(scopes)('are found, and nothing is done: %s', async (scope) => {
    const forgejo = createEmbeddedForgejo({ clock: systemClock });
    forgejo.addUser({ name: 'ada' });
    const token = forgejo.addToken({ user: 'ada', scopes: [scope] });
    const rights = await readRights({ transport: forgejo.handle, clock: systemClock, access: { url: 'http://127.0.0.1:3300', token } });
    expect(grantedScopes(rights)).toEqual([scope]);
    expect(forgejo.deletions()).toEqual([]);
  });
});
