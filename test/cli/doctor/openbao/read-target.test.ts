/** The options of `doctor --openbao`: what they may be, and that a message never holds a token. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BaoOptions, readBaoTarget } from '../../../../src/cli/doctor/openbao/read-target.ts';
import { temporaryDirectory } from '../../../temporary-directory.ts';

const TOKEN = 's.canaryCanaryCanaryCanary';
const ADDRESS = 'https://openbao.example.org:8200';
const PEM = '-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n';

async function target(
  options: Partial<BaoOptions> = {},
  env: Readonly<Record<string, string>> = { BAO_TOKEN: TOKEN },
  stdin: string | null = null,
) {
  const world = { env, readStdin: async () => stdin, print: () => {}, note: () => {}, now: () => 0 };
  return readBaoTarget({ openbao: ADDRESS, ...options }, world);
}

function file(text: string): string {
  const path = join(temporaryDirectory(), 'file');
  writeFileSync(path, text);
  return path;
}

describe('a target', () => {
  it('is the mount forgejo, with all its roles, in the root namespace', async () => {
    expect(await target()).toEqual({ address: ADDRESS, mount: 'forgejo', roles: [], namespace: null, token: TOKEN, forgejo: null });
  });

  it('takes what the bao CLI takes from its environment', async () => {
    const env = { BAO_TOKEN: TOKEN, BAO_ADDR: `${ADDRESS}/`, BAO_NAMESPACE: 'team-a', BAO_CACERT: file(PEM) };
    expect(await target({ openbao: true }, env)).toMatchObject({ address: ADDRESS, namespace: 'team-a', ca: PEM });
  });

  it('takes mount, roles, CAs and Forgejo from options, and the token from stdin', async () => {
    const options = {
      openbaoMount: 'auth/ci/forgejo/',
      openbaoRole: ['a', 'b'],
      openbaoTokenFile: '-',
      openbaoCaFile: file(PEM),
      url: 'https://forgejo.example.org/',
      caFile: file(PEM),
    };
    expect(await target(options, {}, `${TOKEN}\n`)).toMatchObject({
      mount: 'ci/forgejo',
      roles: ['a', 'b'],
      token: TOKEN,
      ca: PEM,
      forgejo: { url: 'https://forgejo.example.org', ca: PEM },
    });
  });

  it.each([
    { options: { openbao: true as const }, says: 'name the address of OpenBao, or set BAO_ADDR' },
    { options: { openbao: 'openbao.example.org' }, says: '--openbao: must be an http or https URL' },
    { options: { openbao: `https://root:${TOKEN}@openbao.example.org` }, says: '--openbao: must be an http or https URL' },
    { options: { openbaoMount: '../sys' }, says: '--openbao-mount: must be the path' },
    { options: { url: 'ftp://forgejo.example.org' }, says: '--url: must be' },
    { options: {}, env: {}, says: 'no token: set BAO_TOKEN' },
    { options: {}, env: { BAO_TOKEN: `${TOKEN} ${TOKEN}` }, says: 'BAO_TOKEN: holds no token' },
    { options: { openbaoCaFile: '/nonexistent/ca.pem' }, says: '--openbao-ca-file /nonexistent/ca.pem: can not be read (ENOENT)' },
    { options: { openbaoTokenFile: '-', openbaoCaFile: '-' }, says: 'only one of them can be -' },
  ])('is refused: $says', async ({ options, env, says }) => {
    const refused = target(options, env);
    await expect(refused).rejects.toThrow(says);
    await expect(refused).rejects.not.toThrow(TOKEN);
  });

  it('is refused when a bundle holds no certificate', async () => {
    await expect(target({ openbaoCaFile: file('hello') })).rejects.toThrow('holds no PEM certificate');
  });
});
