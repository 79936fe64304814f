/** Fixes as data, and the `bao` commands that they become, ready for a POSIX shell. */
import { fieldsOf } from '../../../api/objects.ts';
import type { Estate, JwtRole, MountConfig } from './model.ts';

/** A sentence, or a change that becomes a command. */
export type Fix = string | RoleChange | ConfigChange;

type Claims = Readonly<Record<string, string | readonly string[] | null>>;
type ApiFields = Readonly<Record<string, unknown>>;

interface Words {
  /** Stands before the command, as a sentence that ends in a colon. */
  readonly before?: string;
  /** Stands behind it, as a comment of the shell. */
  readonly note?: string;
}

interface RoleChange extends Words {
  readonly kind: 'role';
  readonly role: JwtRole;
  readonly fields: ApiFields;
  /** Bound beside those that are there; null takes one away. */
  readonly claims: Claims;
}

interface ConfigChange extends Words {
  readonly kind: 'config';
  readonly fields: Partial<MountConfig>;
}

export function writeRole(role: JwtRole, fields: ApiFields, words: Words = {}): RoleChange {
  return { kind: 'role', role, fields, claims: {}, ...words };
}

export function bindClaims(role: JwtRole, claims: Claims, words: Words = {}): RoleChange {
  return { kind: 'role', role, fields: {}, claims, ...words };
}

export function writeConfig(fields: Partial<MountConfig>, words: Words = {}): ConfigChange {
  return { kind: 'config', fields, ...words };
}

/**
 * A fix as a text. `earlier`: fixes of the same subject. Claims, mappings and the config are written as a whole, so a command that
 * writes them holds the earlier changes of them too: one after the other would else undo what came first.
 */
export function fixText(estate: Estate, fix: Fix, earlier: readonly Fix[]): string {
  if (typeof fix === 'string') return fix;
  const command = fix.kind === 'role' ? roleCommand(estate, fix, earlier) : configCommand(estate, [...earlier, fix]);
  return `${fix.before === undefined ? '' : `${fix.before} `}${command}${fix.note === undefined ? '' : `  # ${fix.note}`}`;
}

/**
 * A write of a role keeps what it leaves out, save `role_type` and `bound_claims_type`, which fall back to their defaults
 * (OpenBao's builtin/credential/jwt/path_role.go): both are always written.
 */
function roleCommand({ mount }: Estate, fix: RoleChange, earlier: readonly Fix[]): string {
  const { role, fields } = fix;
  const changes = [...earlier.flatMap((each) => (typeof each === 'object' && each.kind === 'role' ? [each] : [])), fix];
  const bound = boundAfter(role, Object.fromEntries(changes.flatMap(({ claims }) => Object.entries(claims))));
  const binds = Object.keys(fix.claims).length > 0;
  const body = {
    role_type: 'jwt',
    bound_claims_type: role.isGlob && (!binds || JSON.stringify(bound).includes('*')) ? 'glob' : 'string',
    ...fields,
    ...(fields['claim_mappings'] === undefined ? {} : { claim_mappings: mappingsOf(changes) }),
    ...(binds ? { bound_claims: bound } : {}),
  };
  return `echo ${quoted(JSON.stringify(body))} | bao write auth/${mount}/role/${word(role.name)} -`;
}

function mappingsOf(changes: readonly RoleChange[]): ApiFields {
  return Object.fromEntries(changes.flatMap(({ fields }) => Object.entries(fieldsOf(fields['claim_mappings']))));
}

function boundAfter(role: JwtRole, claims: Claims): ApiFields {
  const kept = Object.entries(role.boundClaims).filter(([claim]) => !Object.hasOwn(claims, claim));
  const added = Object.entries(claims).flatMap(([claim, value]) => (value === null ? [] : [[claim, value] as const]));
  return Object.fromEntries([...kept, ...added].map(([claim, value]) => [claim, single(value)]));
}

/** A write of the config resets what it leaves out, so the whole is written. */
function configCommand({ mount, config }: Estate, fixes: readonly Fix[]): string {
  const changes = fixes.flatMap((fix) => (typeof fix === 'object' && fix.kind === 'config' ? [fix.fields] : []));
  const after = changes.reduce<Partial<MountConfig>>((written, change) => ({ ...written, ...change }), config ?? {});
  const {
    discoveryUrl = '',
    discoveryCa,
    jwksUrl = '',
    jwksCa,
    pubkeys = [],
    boundIssuer = '',
    supportedAlgs = [],
    defaultRole = '',
  } = after;
  const fields = [
    discoveryUrl === '' ? '' : `oidc_discovery_url=${word(discoveryUrl)}`,
    discoveryUrl === '' || discoveryCa === '' ? '' : 'oidc_discovery_ca_pem=@ca.pem',
    jwksUrl === '' ? '' : `jwks_url=${word(jwksUrl)}`,
    jwksUrl === '' || jwksCa === '' ? '' : 'jwks_ca_pem=@ca.pem',
    pubkeys.length === 0 ? '' : 'jwt_validation_pubkeys=@forgejo-actions.pem',
    boundIssuer === '' ? '' : `bound_issuer=${word(boundIssuer)}`,
    supportedAlgs.length === 0 ? '' : `jwt_supported_algs=${word(supportedAlgs.join(','))}`,
    defaultRole === '' ? '' : `default_role=${word(defaultRole)}`,
  ];
  return ['bao write', `auth/${mount}/config`, ...fields.filter((field) => field !== '')].join(' ');
}

/** As it may stand on a command line. */
export function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : quoted(text);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function single(values: string | readonly string[]): string | readonly string[] {
  if (typeof values === 'string') return values;
  const [first, ...more] = values;
  return first !== undefined && more.length === 0 ? first : values;
}
