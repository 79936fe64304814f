/** The only I/O of `doctor --openbao`: reads a mount, its roles, their policies and the entities, and says what it could not read. */
import type { Transport } from '../../../forgejo/transport.ts';
import { type Answer, ask, type BaoAccess, type BaoFailure, type Read, reader, steps } from './calls.ts';
import {
  decodeAliases,
  decodeCelRole,
  decodeConfig,
  decodeEntity,
  decodeIssuer,
  decodeKeys,
  decodePolicy,
  decodeRole,
  decodeTuning,
} from './decode.ts';
import type { CelRole, Entity, Estate, JwtRole, MountTuning, Policy } from './model.ts';

export interface BaoTarget extends BaoAccess {
  readonly mount: string;
  /** Empty: all that the mount has. */
  readonly roles: readonly string[];
  /** Base URL of the Forgejo that the mount is for; null: its issuer is not asked for. */
  readonly forgejo: { readonly url: string; readonly ca?: string } | null;
}

export type UnreadPart = 'issuer' | 'config' | 'mount' | 'roles' | 'policies' | 'entities';

export interface Unread {
  readonly part: UnreadPart;
  readonly failure: BaoFailure;
}

export interface Gathered {
  readonly estate: Estate;
  readonly unread: readonly Unread[];
  /** Roles that were asked for and are not there. */
  readonly absentRoles: readonly string[];
}

/** More than this many entities of one mount are not looked at one by one. */
export const MOST_ENTITIES = 1000;

export async function gather(target: BaoTarget, transport: Transport): Promise<Gathered> {
  const unread: Unread[] = [];
  const note = <T>(part: UnreadPart, answer: Answer<T>): T | null => {
    if (answer.kind === 'failed') unread.push({ part, failure: answer.failure });
    return answer.kind === 'found' ? answer.value : null;
  };
  const read = reader(transport, target);
  const { mount, address } = target;
  const issuer = target.forgejo === null ? null : note('issuer', await askIssuer(target.forgejo, transport));
  const config = note('config', await read(`auth/${mount}/config`, decodeConfig));
  // Nothing else would be answered either, and each would say the same.
  const isSilent = unread.some(({ part, failure }) => part === 'config' && failure.kind !== 'denied' && failure.kind !== 'nonsense');
  if (isSilent) return { estate: nothingOf(target, issuer), unread, absentRoles: [] };

  const tuning = note('mount', await read(`sys/auth/${mount}`, decodeTuning));
  const { roles, celRoles, absentRoles } = await readRoles(target, read, note);
  const { policies, absentPolicies } = await readPolicies(roles, read, note);
  const entities = tuning === null ? null : await readEntities(tuning, read, note);
  const estate = { address, mount, issuer, config, tuning, roles, celRoles, policies, absentPolicies, entities };
  return { estate, unread, absentRoles };
}

type Note = <T>(part: UnreadPart, answer: Answer<T>) => T | null;

function nothingOf({ address, mount }: BaoTarget, issuer: string | null): Estate {
  return { address, mount, issuer, config: null, tuning: null, roles: [], celRoles: [], policies: [], absentPolicies: [], entities: null };
}

async function askIssuer({ url, ca }: NonNullable<BaoTarget['forgejo']>, transport: Transport): Promise<Answer<string>> {
  const path = '/api/actions/.well-known/openid-configuration';
  const question = { path, url: `${url}${path}`, headers: { accept: 'application/json' }, ...(ca === undefined ? {} : { ca }) };
  return ask(transport, question, decodeIssuer);
}

interface Roles {
  readonly roles: readonly JwtRole[];
  readonly celRoles: readonly CelRole[];
  readonly absentRoles: readonly string[];
}

async function readRoles({ mount, roles: named }: BaoTarget, read: Read, note: Note): Promise<Roles> {
  const isNamed = named.length > 0;
  const names = isNamed ? named : (note('roles', await read(`auth/${mount}/role?list=true`, decodeKeys)) ?? []);
  const celNames = isNamed ? named : (note('roles', await read(`auth/${mount}/cel/role?list=true`, decodeKeys)) ?? []);
  const roles = await each(names, (name, path) => read(`auth/${mount}/role/${path}`, decodeRole(name)), 'roles', note);
  const celRoles = await each(celNames, (name, path) => read(`auth/${mount}/cel/role/${path}`, decodeCelRole(name)), 'roles', note);
  const absentRoles = isNamed ? named.filter((name) => roles.absent.includes(name) && celRoles.absent.includes(name)) : [];
  return { roles: roles.found, celRoles: celRoles.found, absentRoles };
}

async function readPolicies(
  roles: readonly JwtRole[],
  read: Read,
  note: Note,
): Promise<{ readonly policies: readonly Policy[]; readonly absentPolicies: readonly string[] }> {
  const names = new Set(roles.flatMap(({ policies }) => policies).filter((name) => !name.includes('{{')));
  const { found, absent } = await each([...names], (name, path) => read(`sys/policies/acl/${path}`, decodePolicy(name)), 'policies', note);
  return { policies: found, absentPolicies: absent };
}

async function readEntities({ accessor }: MountTuning, read: Read, note: Note): Promise<readonly Entity[] | null> {
  const listed = await read('identity/entity-alias/id?list=true', decodeAliases);
  const aliases = listed.kind === 'absent' ? [] : note('entities', listed);
  if (aliases === null) return null;
  const entities: Entity[] = [];
  for (const { name, entity } of aliases.filter((alias) => alias.accessor === accessor).slice(0, MOST_ENTITIES)) {
    const answer = await read(`identity/entity/id/${steps(entity) ?? 'none'}`, decodeEntity);
    const value = note('entities', answer);
    if (value === null && answer.kind === 'failed') return null;
    if (value !== null) entities.push({ alias: name, ...value });
  }
  return entities;
}

/** One after the other; the first refusal speaks for all of its kind. */
async function each<T>(
  names: readonly string[],
  readOne: (name: string, path: string) => Promise<Answer<T>>,
  part: UnreadPart,
  note: Note,
): Promise<{ readonly found: readonly T[]; readonly absent: readonly string[] }> {
  const found: T[] = [];
  const absent: string[] = [];
  let hasFailed = false;
  for (const name of names) {
    const path = steps(name);
    const answer: Answer<T> = path === null ? { kind: 'absent' } : await readOne(name, path);
    if (answer.kind === 'found') found.push(answer.value);
    if (answer.kind === 'absent') absent.push(name);
    if (answer.kind === 'failed' && !hasFailed) note(part, answer);
    hasFailed ||= answer.kind === 'failed';
  }
  return { found, absent };
}
