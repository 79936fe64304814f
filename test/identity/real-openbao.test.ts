/** The attack table by a real OpenBao, set up by setup.sh, with tokens that a key of the test signs. Needs BAO_BIN. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPrograms, type Programs } from '../e2e/cluster/program.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { timed } from './support/attack.ts';
import { attacks } from './support/attacks.ts';
import { MOUNT, readRole, roleNames } from './support/deployed.ts';
import { evaluate, type Role } from './support/evaluate.ts';
import { binaryOf, missing } from './support/real/binaries.ts';
import { type OpenBao, startOpenBao } from './support/real/openbao.ts';
import { createSigner } from './support/real/signer.ts';

const bao = binaryOf('BAO_BIN');
const TTL = { token_ttl: 60, role_type: 'jwt' };

describe.skipIf(bao === null)(`a real OpenBao${missing('BAO_BIN')}`, () => {
  const signer = createSigner();
  const keys = { jwt_validation_pubkeys: [signer.publicPem], bound_issuer: MOUNT.bound_issuer, jwt_supported_algs: ['RS256'] };
  let folder = '';
  let programs: Programs | null = null;
  let openbao: OpenBao;

  beforeAll(async () => {
    folder = temporaryDirectory();
    programs = createPrograms(folder);
    openbao = await startOpenBao(programs, bao ?? '', folder);
    openbao.setUp('forgejo', keys);
    await openbao.call('POST', 'sys/auth/weak', { type: 'jwt' });
    await openbao.call('POST', 'auth/weak/config', { jwt_validation_pubkeys: [signer.publicPem] });
  }, 120_000);

  afterAll(async () => {
    await programs?.stopAll();
  });

  /** The role, written under a name of its own to the mount that trusts any issuer or to ours. */
  async function loginWeak(index: number, role: Role, trusting: boolean, jwt: string) {
    const mount = trusting ? 'weak' : 'forgejo';
    await openbao.call('POST', `auth/${mount}/role/weak-${index}`, { ...TTL, ...role });
    return openbao.login(mount, `weak-${index}`, jwt);
  }

  it.each(attacks.map((attack, index) => ({ ...attack, index })))('$attack', async ({ index, claims, weak, weakMount, ours }) => {
    const nowSeconds = Math.floor(Date.now() / 1000);
    const now = timed(claims, nowSeconds);
    const jwt = signer.sign(now);
    if (weak !== null) expect(await loginWeak(index, weak, weakMount !== undefined, jwt)).toMatchObject({ status: 200 });
    const { status, body } = await openbao.login('forgejo', ours, jwt);
    const verdict = evaluate({ mount: keys, role: readRole(ours), alg: 'RS256', claims: now, nowSeconds });
    if (verdict.kind === 'accepted') expect(status).toBe(200);
    else expect([status, verdict.words]).toEqual([400, expect.arrayContaining([...(body.errors ?? [])])]);
  });

  it.each(roleNames)('%s reads back as its file says, so that Terraform and a second run find nothing to change', async (name) => {
    openbao.setUp('forgejo', keys);
    const { body } = await openbao.call('GET', `auth/forgejo/role/${name}`);
    expect(body.data).toMatchObject({ ...readRole(name) });
  });
});
