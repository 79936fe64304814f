/**
 * How OpenBao 2.6 decides on a login of a jwt role, without a signature: its checks, their order and their words. A test holds it
 * against every recorded login that it can decide.
 */
import type { Claims } from './recordings.ts';

export interface Role {
  readonly user_claim: string;
  readonly bound_audiences?: readonly string[];
  readonly bound_subject?: string;
  readonly bound_claims_type?: string;
  readonly bound_claims?: Readonly<Record<string, unknown>>;
}

export interface Mount {
  readonly bound_issuer?: string;
  readonly jwt_supported_algs?: readonly string[];
}

export interface Attempt {
  readonly mount: Mount;
  readonly role: Role;
  readonly alg: string;
  readonly claims: Claims;
  /** Seconds since 1970. */
  readonly nowSeconds: number;
}

export type Verdict =
  | { readonly kind: 'accepted' }
  /** One of these is what OpenBao says: it goes through bound claims in no fixed order. */
  | { readonly kind: 'refused'; readonly words: readonly string[] };

/** Leeway of OpenBao where a role sets none; go-jose's own. */
const LEEWAY_SECONDS = 60;
const WRONG_CLAIM = (name: string): string => `error validating claims: claim "${name}" does not match any associated bound claim values`;
const MISSING_CLAIM = (name: string): string => `error validating claims: claim "${name}" is missing`;

export function evaluate(attempt: Attempt): Verdict {
  const { role, claims } = attempt;
  const first = tokenError(attempt) ?? audienceError(role, claims) ?? userError(role, claims);
  if (first !== null) return { kind: 'refused', words: [first] };
  const words = Object.entries(role.bound_claims ?? {}).flatMap(([name, wanted]) => boundError(role, claims, name, wanted) ?? []);
  return words.length === 0 ? { kind: 'accepted' } : { kind: 'refused', words };
}

function tokenError({ mount, role, alg, claims, nowSeconds }: Attempt): string | null {
  const error = (words: string): string => `error validating token: ${words}`;
  const algs = mount.jwt_supported_algs ?? [];
  if (algs.length > 0 && !algs.includes(alg))
    return error('invalid algorithm (alg) header parameter: token signed with unexpected algorithm');
  const [iat, nbf, exp] = ['iat', 'nbf', 'exp'].map((name) => secondsOf(claims[name]));
  if (iat == null && nbf == null && exp == null)
    return error('no issued at (iat), not before (nbf), or expiration time (exp) claims in token');
  if (mount.bound_issuer !== undefined && mount.bound_issuer !== '' && claims['iss'] !== mount.bound_issuer) {
    return error('invalid issuer (iss) claim');
  }
  if (role.bound_subject !== undefined && role.bound_subject !== '' && claims['sub'] !== role.bound_subject) {
    return error('invalid subject (sub) claim');
  }
  const bound = role.bound_audiences ?? [];
  if (bound.length > 0 && !audiencesOf(claims).some((audience) => bound.includes(audience))) {
    return error('invalid audience (aud) claim: audience claim does not match any expected audience');
  }
  if (nbf != null && nowSeconds + LEEWAY_SECONDS < nbf) return error('invalid not before (nbf) claim: token not yet valid');
  if (exp != null && nowSeconds - LEEWAY_SECONDS > exp) return error('invalid expiration time (exp) claim: token is expired');
  if (iat != null && nowSeconds + LEEWAY_SECONDS < iat) return error('invalid issued at (iat) claim: token issued in the future');
  return null;
}

function secondsOf(claim: unknown): number | null {
  return typeof claim === 'number' ? claim : null;
}

function audiencesOf({ aud }: Claims): readonly string[] {
  if (typeof aud === 'string') return [aud];
  return Array.isArray(aud) ? aud.map(String) : [];
}

function audienceError(role: Role, claims: Claims): string | null {
  const unbound = (role.bound_audiences ?? []).length === 0 && audiencesOf(claims).length > 0;
  return unbound ? 'audience claim found in JWT but no audiences bound to the role' : null;
}

function userError({ user_claim: name }: Role, claims: Claims): string | null {
  return claims[name] == null ? `claim "${name}" not found in token` : null;
}

function boundError(role: Role, claims: Claims, name: string, wanted: unknown): string | null {
  const actual = claims[name.replace(/^\//, '')];
  if (actual == null) return MISSING_CLAIM(name);
  const values = Array.isArray(wanted) ? wanted : [wanted];
  const glob = role.bound_claims_type === 'glob';
  const matches = (value: unknown): boolean => (glob ? matchesGlob(String(value), String(actual)) : value === actual);
  return values.some(matches) ? null : WRONG_CLAIM(name);
}

/** `*` is any text, with slashes and all; there is no other sign and no way to escape it. */
function matchesGlob(pattern: string, text: string): boolean {
  const literal = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${literal.join('[^]*')}$`).test(text);
}
