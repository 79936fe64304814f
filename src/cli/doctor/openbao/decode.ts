/**
 * OpenBao's answers, as far as the rules read them (OpenBao 2.6, recorded). A field of another kind than expected is no answer: a
 * rule that took it for unset would keep silent. A problem names the field, never its value.
 */
import { type Static, type TProperties, type TSchema, Type } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import type { Decoded } from '../../../forgejo/schemas.ts';
import type { CelRole, Discovery, JwtRole, MountConfig, MountTuning, Policy } from './model.ts';

const Text = Type.Optional(Type.String());
const Texts = Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()]));
const Flag = Type.Optional(Type.Boolean());
const Seconds = Type.Optional(Type.Number());
const Table = <T extends TSchema>(value: T) => Type.Optional(Type.Union([Type.Record(Type.String(), value), Type.Null()]));

/** Every answer of OpenBao's has its content in `data`. */
const inData = <P extends TProperties>(properties: P) => Type.Object({ data: Type.Object(properties) });

const checkConfig = checker(
  inData({
    oidc_discovery_url: Text,
    oidc_discovery_ca_pem: Text,
    jwks_url: Text,
    jwks_ca_pem: Text,
    jwt_validation_pubkeys: Texts,
    bound_issuer: Text,
    jwt_supported_algs: Texts,
    default_role: Text,
    status: Text,
  }),
);

const checkTuning = checker(
  inData({
    type: Type.String(),
    accessor: Type.String(),
    config: Type.Object({ default_lease_ttl: Seconds, max_lease_ttl: Seconds, token_type: Text }),
  }),
);

const checkRole = checker(
  inData({
    role_type: Type.String(),
    user_claim: Type.String(),
    bound_audiences: Texts,
    bound_subject: Text,
    bound_claims: Table(Type.Unknown()),
    bound_claims_type: Text,
    claim_mappings: Table(Type.String()),
    groups_claim: Text,
    token_policies: Texts,
    token_policies_template_claims: Flag,
    token_no_default_policy: Flag,
    token_ttl: Seconds,
    token_max_ttl: Seconds,
    token_explicit_max_ttl: Seconds,
    token_period: Seconds,
    token_num_uses: Seconds,
    token_type: Text,
    token_bound_cidrs: Texts,
    clock_skew_leeway: Seconds,
    expiration_leeway: Seconds,
    verbose_oidc_logging: Flag,
  }),
);

const checkCelRole = checker(
  inData({
    bound_audiences: Texts,
    cel_program: Type.Object({
      expression: Text,
      variables: Type.Optional(Type.Union([Type.Array(Type.Object({ expression: Text })), Type.Null()])),
    }),
  }),
);

const checkPolicy = checker(
  inData({ policy: Type.String(), allow_slashes_in_identity_templates: Flag, allow_wildcards_in_identity_templates: Flag }),
);
const checkKeys = checker(inData({ keys: Type.Array(Type.String()) }));
const checkAliases = checker(
  inData({
    key_info: Type.Record(Type.String(), Type.Object({ canonical_id: Type.String(), mount_accessor: Type.String(), name: Type.String() })),
  }),
);
const checkEntity = checker(inData({ policies: Texts, group_ids: Texts }));
const checkDiscovery = checker(Type.Object({ issuer: Type.String({ minLength: 1 }), id_token_signing_alg_values_supported: Texts }));

export function decodeConfig(body: string): Decoded<MountConfig> {
  return mapped(checkConfig(body), ({ data }) => ({
    discoveryUrl: data.oidc_discovery_url ?? '',
    discoveryCa: data.oidc_discovery_ca_pem ?? '',
    jwksUrl: data.jwks_url ?? '',
    jwksCa: data.jwks_ca_pem ?? '',
    pubkeys: data.jwt_validation_pubkeys ?? [],
    boundIssuer: data.bound_issuer ?? '',
    supportedAlgs: data.jwt_supported_algs ?? [],
    defaultRole: data.default_role ?? '',
    status: data.status ?? '',
  }));
}

export function decodeTuning(body: string): Decoded<MountTuning> {
  return mapped(checkTuning(body), ({ data: { type, accessor, config } }) => ({
    type,
    accessor,
    defaultTtl: config.default_lease_ttl ?? 0,
    maxTtl: config.max_lease_ttl ?? 0,
    tokenType: config.token_type ?? 'default-service',
  }));
}

export function decodeRole(name: string): (body: string) => Decoded<JwtRole> {
  return (body) =>
    mapped(checkRole(body), ({ data }) => {
      const bound = Object.entries(data.bound_claims ?? {}).map(([claim, value]) => [plainName(claim), valuesOf(value)] as const);
      return {
        name,
        roleType: data.role_type,
        userClaim: plainName(data.user_claim),
        audiences: data.bound_audiences ?? [],
        boundSubject: data.bound_subject ?? '',
        boundClaims: Object.fromEntries(bound.map(([claim, values]) => [claim, values.map(String)])),
        claimsOfOtherKind: bound.flatMap(([claim, values]) => (values.every((value) => typeof value === 'string') ? [] : [claim])),
        isGlob: data.bound_claims_type === 'glob',
        mappings: Object.fromEntries(Object.entries(data.claim_mappings ?? {}).map(([claim, key]) => [plainName(claim), key])),
        groupsClaim: data.groups_claim ?? '',
        policies: data.token_policies ?? [],
        templatesPolicies: data.token_policies_template_claims ?? false,
        noDefaultPolicy: data.token_no_default_policy ?? false,
        ttl: data.token_ttl ?? 0,
        maxTtl: data.token_max_ttl ?? 0,
        explicitMaxTtl: data.token_explicit_max_ttl ?? 0,
        period: data.token_period ?? 0,
        numUses: data.token_num_uses ?? 0,
        tokenType: data.token_type ?? 'default',
        cidrs: data.token_bound_cidrs ?? [],
        clockSkewLeeway: data.clock_skew_leeway ?? 0,
        expirationLeeway: data.expiration_leeway ?? 0,
        verboseLogging: data.verbose_oidc_logging ?? false,
      };
    });
}

export function decodeCelRole(name: string): (body: string) => Decoded<CelRole> {
  return (body) =>
    mapped(checkCelRole(body), ({ data: { bound_audiences, cel_program } }) => ({
      name,
      audiences: bound_audiences ?? [],
      program: [...(cel_program.variables ?? []).map((variable) => variable.expression ?? ''), cel_program.expression ?? ''].join('\n'),
    }));
}

export function decodePolicy(name: string): (body: string) => Decoded<Policy> {
  return (body) =>
    mapped(checkPolicy(body), ({ data }) => ({
      name,
      text: data.policy,
      allowsSlashes: data.allow_slashes_in_identity_templates ?? false,
      allowsWildcards: data.allow_wildcards_in_identity_templates ?? false,
    }));
}

export function decodeKeys(body: string): Decoded<readonly string[]> {
  return mapped(checkKeys(body), ({ data }) => data.keys);
}

export interface EntityAlias {
  readonly name: string;
  readonly entity: string;
  readonly accessor: string;
}

export function decodeAliases(body: string): Decoded<readonly EntityAlias[]> {
  return mapped(checkAliases(body), ({ data }) =>
    Object.values(data.key_info).map(({ name, canonical_id, mount_accessor }) => ({
      name,
      entity: canonical_id,
      accessor: mount_accessor,
    })),
  );
}

export function decodeEntity(body: string): Decoded<{ readonly policies: readonly string[]; readonly groups: number }> {
  return mapped(checkEntity(body), ({ data }) => ({ policies: data.policies ?? [], groups: data.group_ids?.length ?? 0 }));
}

/** Forgejo's discovery document. */
export function decodeDiscovery(body: string): Decoded<Discovery> {
  return mapped(checkDiscovery(body), ({ issuer, id_token_signing_alg_values_supported: algorithms }) => ({
    issuer,
    algorithms: algorithms ?? [],
  }));
}

/** A name with a slash before it is a JSON pointer, at the top for all that Forgejo has. */
function plainName(claim: string): string {
  return claim.replace(/^\//, '');
}

function valuesOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

function checker<S extends TSchema>(schema: S): (body: string) => Decoded<Static<S>> {
  const compiled = TypeCompiler.Compile(schema);
  return (body) => {
    const answer = parse(body);
    if (compiled.Check(answer)) return { ok: true, value: answer };
    const path = compiled.Errors(answer).First()?.path ?? '';
    return { ok: false, problem: answer === undefined ? 'no JSON' : `${path || 'the whole of it'} is not what is expected` };
  };
}

/** undefined: no JSON. */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

function mapped<T, U>(decoded: Decoded<T>, map: (value: T) => U): Decoded<U> {
  return decoded.ok ? { ok: true, value: map(decoded.value) } : decoded;
}
