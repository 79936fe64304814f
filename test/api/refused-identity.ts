/** Specs with an identity or a token of OpenBao that are refused. */
import type { RefusedCase } from './specs.ts';

const OPENBAO = { address: 'https://openbao.example.org:8200', role: 'acme-app' };
const URL = 'must be an http or https URL without user, query and fragment';
const WORDS = 'letters, digits, "-", "_" and ".", no "." first';
const MOUNT = `must be a path without slashes at its ends; ${WORDS}, of 1 to 255 characters`;
const KV = `must be MOUNT/data/PATH; ${WORDS}, of 1 to 512 characters`;
const ONE_TOKEN = 'must set exactly one of tokenSecretRef and tokenFrom';

function identity(situation: string, because: string, patch: object, field: string, message: string): RefusedCase {
  const problems = [{ field: `spec.identity.openbao.${field}`, message }];
  return { situation, because, patch: { identity: { openbao: { ...OPENBAO, ...patch } } }, problems };
}

function token(situation: string, because: string, patch: object, field: string, message: string): RefusedCase {
  const openbao = { role: 'operator', path: 'kv/data/forgejo/acme', ...patch };
  const problems = [{ field: `spec.forgejo.tokenFrom.openbao.${field}`, message }];
  return { situation, because, patch: { forgejo: { tokenSecretRef: null, tokenFrom: { openbao } } }, problems };
}

/** By schema: the API server refuses each by its pattern. */
export const IDENTITY_REFUSED_BY_SCHEMA: readonly RefusedCase[] = [
  identity(
    'an expression as a role',
    'the runner evaluates it in every job',
    { role: '${{ github.actor }}' },
    'role',
    `must be ${WORDS}, of 1 to 255 characters`,
  ),
  identity('an expression as a mount', 'the runner evaluates it in every job', { mount: 'a/${{ x }}' }, 'mount', MOUNT),
  identity('a mount that begins with a slash', 'the path of a login would have two', { mount: '/forgejo' }, 'mount', MOUNT),
  identity('a mount that climbs', 'a proxy would resolve it', { mount: 'forgejo/../token' }, 'mount', MOUNT),
  identity('an expression as a namespace', 'the runner evaluates it in every job', { namespace: '${{ x }}' }, 'namespace', MOUNT),
  identity(
    'an expression as an audience',
    'the runner evaluates it in every job',
    { audience: '${{ x }}' },
    'audience',
    'must be letters, digits and "._:/@+~-", of 1 to 255 characters',
  ),
  identity('a role of two lines', 'a variable is one', { role: 'a\nb' }, 'role', `must be ${WORDS}, of 1 to 255 characters`),
  token('a path without data', 'OpenBao answers 403 for it, as for any other', { path: 'kv/forgejo/acme' }, 'path', KV),
  token('a path that climbs', 'the list of the administrator would not see where to', { path: 'kv/data/../sys' }, 'path', KV),
  token('a path with a query', 'it would ask for an old version', { path: 'kv/data/a?version=1' }, 'path', KV),
  token('a role with a slash', 'no role can be called so', { role: 'a/b' }, 'role', `must be ${WORDS}, of 1 to 255 characters`),
];

/** By rules that the API server checks too. */
export const IDENTITY_REFUSED_BY_BOTH: readonly RefusedCase[] = [
  identity(
    'an expression in the address',
    'the runner evaluates it in every job',
    { address: 'https://${{ github.actor }}.example.org' },
    'address',
    URL,
  ),
  identity('an address with a user', 'it would stand in every job', { address: 'https://a:b@openbao.example.org' }, 'address', URL),
  identity('an address of another scheme', 'bao speaks HTTP', { address: 'unix:///run/bao.sock' }, 'address', URL),
  identity('a CA of nothing', 'it says nothing', { ca: {} }, 'ca', 'must set exactly one of secretRef and configMapRef'),
  identity(
    'two CAs',
    'which one counts?',
    { ca: { secretRef: { name: 'a' }, configMapRef: { name: 'b' } } },
    'ca',
    'must set exactly one of secretRef and configMapRef',
  ),
  {
    situation: 'no token at all',
    because: 'without one no runner can be registered',
    patch: { forgejo: { tokenSecretRef: null } },
    problems: [{ field: 'spec.forgejo', message: ONE_TOKEN }],
  },
  {
    situation: 'a token in a Secret and in OpenBao',
    because: 'which one counts?',
    patch: { forgejo: { tokenFrom: { openbao: { role: 'operator', path: 'kv/data/forgejo/acme' } } } },
    problems: [{ field: 'spec.forgejo', message: ONE_TOKEN }],
  },
];
