/** OpenBao as its API shows it: what the tests change is what an operator would change. */
import { decodeCelRole, decodeConfig, decodePolicy, decodeRole, decodeTuning } from '../../../../src/cli/doctor/openbao/decode.ts';
import type { Entity, Estate } from '../../../../src/cli/doctor/openbao/model.ts';
import { isGivenBy, isTemplate } from '../../../../src/cli/doctor/openbao/policies.ts';
import type { Decoded } from '../../../../src/forgejo/schemas.ts';
import recorded from './recorded.json' with { type: 'json' };

type Fields = Readonly<Record<string, unknown>>;

export interface BaoWorld {
  readonly address: string;
  readonly issuer: string | null;
  readonly algorithms: readonly string[];
  readonly config: Fields;
  readonly tuning: Fields;
  readonly roles: Readonly<Record<string, Fields>>;
  readonly celRoles: Readonly<Record<string, Fields>>;
  /** `text`: HCL. */
  readonly policies: Readonly<
    Record<
      string,
      {
        readonly policy: string;
        readonly allow_slashes_in_identity_templates?: boolean;
        readonly allow_wildcards_in_identity_templates?: boolean;
      }
    >
  >;
  readonly entities: readonly Entity[];
}

export const ADDRESS = 'https://openbao.example.org:8200';
export const ISSUER = 'https://forgejo.example.org/api/actions';
export const ACCESSOR = 'auth_jwt_91cf85f2';

/** A recorded answer's `data`. */
export function dataOf(label: string): Fields {
  const pair = recorded.find((each) => each.label === label);
  if (pair === undefined || typeof pair.body === 'string' || !('data' in pair.body)) throw new Error(`no recording ${label}`);
  return pair.body.data ?? {};
}

/** Section 10 of the measurements: the role, policy and mount that worked and refused every attack. */
export const HARDENED_ROLE: Fields = {
  ...dataOf('role read'),
  user_claim: 'repository',
  bound_audiences: ['openbao'],
  bound_claims: {
    repository: 'acme/app',
    ref: 'refs/heads/main',
    event_name: ['push', 'workflow_dispatch'],
    base_ref: '',
    workflow_ref: 'acme/app/.forgejo/workflows/harbor.yml@refs/heads/main',
  },
  claim_mappings: { repository: 'repository', ref: 'ref', run_id: 'run_id', actor: 'actor' },
  token_policies: ['ci-harbor-app'],
  token_no_default_policy: true,
  token_ttl: 300,
  token_max_ttl: 900,
};

const REVOKE = 'path "auth/token/revoke-self" { capabilities = ["update"] }';

export const HARDENED: BaoWorld = {
  address: ADDRESS,
  issuer: ISSUER,
  algorithms: ['RS256'],
  config: { ...dataOf('config read'), oidc_discovery_url: ISSUER, bound_issuer: ISSUER, jwt_supported_algs: ['RS256'] },
  tuning: dataOf('auth mount accessor'),
  roles: { 'harbor-app': HARDENED_ROLE },
  celRoles: {},
  policies: { 'ci-harbor-app': { policy: `path "kv/data/ci/acme/app/harbor" { capabilities = ["read"] }\n${REVOKE}` } },
  entities: [{ alias: 'acme/app', policies: [], groups: 0 }],
};

export function estateOf(world: BaoWorld): Estate {
  const roles = Object.entries(world.roles).map(([name, data]) => decoded(decodeRole(name), data));
  const wanted = new Set(roles.flatMap(({ policies }) => policies).filter((name) => !isTemplate(name)));
  const makesNames = roles.some((role) => role.templatesPolicies && role.policies.some(isTemplate));
  return {
    address: world.address,
    mount: 'forgejo',
    issuer: world.issuer,
    algorithms: world.algorithms,
    config: decoded(decodeConfig, world.config),
    tuning: decoded(decodeTuning, world.tuning),
    roles,
    celRoles: Object.entries(world.celRoles).map(([name, data]) => decoded(decodeCelRole(name), data)),
    policies: Object.entries(world.policies)
      .filter(([name]) => roles.some((role) => isGivenBy(role, name)))
      .map(([name, data]) => decoded(decodePolicy(name), data)),
    policyNames: makesNames ? Object.keys(world.policies) : null,
    absentPolicies: [...wanted].filter((name) => world.policies[name] === undefined),
    entities: world.entities,
  };
}

function decoded<T>(decode: (body: string) => Decoded<T>, data: unknown): T {
  const answer = decode(JSON.stringify({ data }));
  if (!answer.ok) throw new Error(answer.problem);
  return answer.value;
}

/** The hardened world with other fields of its mount. */
export function withConfig(patch: Fields): BaoWorld {
  return { ...HARDENED, config: { ...HARDENED.config, ...patch } };
}

/** The hardened world with other fields of its role; `claims` are set beside those that are bound, undefined takes one away. */
export function withRole(patch: Fields, claims: Fields = {}): BaoWorld {
  const bound: unknown = HARDENED_ROLE['bound_claims'];
  const merged: unknown = JSON.parse(JSON.stringify({ ...(typeof bound === 'object' ? bound : {}), ...claims }));
  return { ...HARDENED, roles: { 'harbor-app': { ...HARDENED_ROLE, bound_claims: merged, ...patch } } };
}

/** The hardened world with another text of its policy. */
export function withPolicy(policy: string, allowsSlashes = false, role: Fields = {}): BaoWorld {
  const text = `${policy}\n${REVOKE}`;
  return {
    ...withRole(role),
    policies: { 'ci-harbor-app': { policy: text, allow_slashes_in_identity_templates: allowsSlashes } },
  };
}
