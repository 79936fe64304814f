/** The evaluator that decides in the attack table says what OpenBao said, for every login that was recorded and that claims decide. */
import { describe, expect, it } from 'vitest';
import { evaluate, type Mount, type Role } from './support/evaluate.ts';
import { errorsOf, jwtOf, type Pair, pairs, type RecordedJwt } from './support/recordings.ts';

interface Login {
  readonly label: string;
  readonly pair: Pair;
  readonly mount: Mount;
  readonly role: Role;
  readonly jwt: RecordedJwt;
  readonly nowSeconds: number;
}

/** What claims can not tell: keys and signatures, the server's own state, what a token gets after its login. */
const NOT_BY_CLAIMS =
  /signature|error configuring token validator|could not load configuration|could not be found|^missing |failed to template|root tokens|Vault is sealed|rate limit|namespace not found|^permission denied$/;
/** A node that is no leader sends its client away. */
const ELSEWHERE = 307;
/** The one mount that is not of the type jwt. */
const KUBERNETES = 'kubernetes';

/** Walks through the recording as OpenBao lived it: configurations and roles as last written, the clock from genuine tokens. */
function loginsOf(): readonly Login[] {
  const mounts = new Map<string, Mount>();
  const roles = new Map<string, Role>();
  let nowSeconds = 0;
  return pairs.flatMap((pair): readonly Login[] => {
    const { method, path, body = {} } = pair.request;
    const [, mountName = '', kind = '', roleName = ''] = /^\/v1\/auth\/([^/]+)\/(config|role|login)(?:\/(.+))?$/.exec(path) ?? [];
    if (method !== 'POST' || kind === '' || mountName === KUBERNETES) return [];
    const written = pair.status < 300;
    if (kind === 'config' && written) mounts.set(mountName, body);
    if (kind === 'role' && written) roles.set(`${mountName}/${roleName}`, body as unknown as Role);
    if (kind !== 'login') return [];
    const jwt = jwtOf(pair);
    const role = roles.get(`${mountName}/${String(body['role'])}`);
    if (pair.status === 200 && typeof jwt?.claims['iat'] === 'number') nowSeconds = Math.max(nowSeconds, jwt.claims['iat']);
    if (jwt === null || role === undefined) return [];
    return [{ label: pair.label, pair, mount: mounts.get(mountName) ?? {}, role, jwt, nowSeconds }];
  });
}

const logins = loginsOf();
const decidable = logins.filter(({ pair }) => pair.status !== ELSEWHERE && !errorsOf(pair).some((words) => NOT_BY_CLAIMS.test(words)));

describe('the recorded logins', () => {
  it('are enough to say something: accepted ones, and refused ones of every kind', () => {
    const refused = new Set(decidable.flatMap(({ pair }) => errorsOf(pair)));
    expect(decidable.filter(({ pair }) => pair.status === 200).length).toBeGreaterThan(60);
    expect(refused.size).toBeGreaterThan(14);
  });

  it.each(decidable)('$label', ({ pair, mount, role, jwt, nowSeconds }) => {
    const verdict = evaluate({ mount, role, alg: jwt.header.alg, claims: jwt.claims, nowSeconds });
    const [said] = errorsOf(pair);
    if (pair.status === 200) expect(verdict).toEqual({ kind: 'accepted' });
    else expect(verdict).toEqual({ kind: 'refused', words: expect.arrayContaining([said]) });
  });
});
