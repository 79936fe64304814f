/** The only I/O of `doctor --openbao`: reads a mount, its roles, their policies and the entities, and says what it could not read. */
import type { Transport } from '../../../forgejo/transport.ts';
import { type Answer, ask, type BaoAccess, type BaoFailure, type Read, reader, steps } from './calls.ts';
import {
  decodeAliases,
  decodeCelRole,
  decodeConfig,
  decodeDiscovery,
  decodeEntity,
  decodeKeys,
  decodePolicy,
  decodeRole,
  decodeTuning,
} from './decode.ts';
import type { CelRole, Discovery, Entity, Estate, JwtRole, MountTuning, Policy } from './model.ts';
import { isGivenBy, isTemplate } from './policies.ts';

export interface BaoTarget extends BaoAccess {
  readonly mount: string;
  /** Empty: all that the mount has. */
  readonly roles: readonly string[];
  /** Base URL of the Forgejo that the mount is for; null: its issuer is not asked for. */
  readonly forgejo: { readonly url: string; readonly ca?: string } | null;
}

export type UnreadPart = 'issuer' | 'config' | 'mount' | 'roles' | 'policies' | 'entities';

/** A call that failed, or what stood behind the most that is looked at. */
export type Unread =
  | { readonly part: UnreadPart; readonly failure: BaoFailure }
  | { readonly part: 'policies' | 'entities'; readonly beyond: { readonly read: number; readonly of: number } };

export interface Gathered {
  readonly estate: Estate;
  readonly unread: readonly Unread[];
  /** Roles that were asked for and are not there. */
  readonly absentRoles: readonly string[];
}

/** Each is a call: of one mount no more entities are looked at one by one, and no more policies that templates may name. */
export const MOST_READ = 1000;

export async function gather(target: BaoTarget, transport: Transport): Promise<Gathered> {
  const unread: Unread[] = [];
  const leave: Leave = (part, all) => {
    if (all.length > MOST_READ) unread.push({ part, beyond: { read: MOST_READ, of: all.length } });
    return all.slice(0, MOST_READ);
  };
  const note = <T>(part: UnreadPart, answer: Answer<T>): T | null => {
    if (answer.kind === 'failed') unread.push({ part, failure: answer.failure });
    return answer.kind === 'found' ? answer.value : null;
  };
  const read = reader(transport, target);
  const { mount, address } = target;
  const said = target.forgejo === null ? null : note('issuer', await askForgejo(target.forgejo, transport));
  const forgejo = { issuer: said?.issuer ?? null, algorithms: said?.algorithms ?? [] };
  const config = note('config', await read(`auth/${mount}/config`, decodeConfig));
  // Nothing else would be answered either, and each would say the same.
  const isSilent = unread.some(
    (each) => 'failure' in each && each.part === 'config' && !['denied', 'nonsense'].includes(each.failure.kind),
  );
  if (isSilent) return { estate: nothingOf(target, forgejo), unread, absentRoles: [] };

  const tuning = note('mount', await read(`sys/auth/${mount}`, decodeTuning));
  const { roles, celRoles, absentRoles } = await readRoles(target, read, note);
  const fromPolicies = await readPolicies(roles, read, note, leave);
  const entities = tuning === null ? null : await readEntities(tuning, read, note, leave);
  const estate = { address, mount, ...forgejo, config, tuning, roles, celRoles, ...fromPolicies, entities };
  return { estate, unread, absentRoles };
}

type Note = <T>(part: UnreadPart, answer: Answer<T>) => T | null;
/** As many as are looked at; that there are more is noted. */
type Leave = <T>(part: 'policies' | 'entities', all: readonly T[]) => readonly T[];

const NO_POLICIES = { policies: [], policyNames: null, absentPolicies: [] };

function nothingOf({ address, mount }: BaoTarget, forgejo: Pick<Estate, 'issuer' | 'algorithms'>): Estate {
  return { address, mount, ...forgejo, config: null, tuning: null, roles: [], celRoles: [], ...NO_POLICIES, entities: null };
}

async function askForgejo({ url, ca }: NonNullable<BaoTarget['forgejo']>, transport: Transport): Promise<Answer<Discovery>> {
  const path = '/api/actions/.well-known/openid-configuration';
  const question = { path, url: `${url}${path}`, headers: { accept: 'application/json' }, ...(ca === undefined ? {} : { ca }) };
  return ask(transport, question, decodeDiscovery);
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

/** By name, and where a role makes names from claims all that it can come to: their list is flat, names with a slash too (recorded). */
async function readPolicies(
  roles: readonly JwtRole[],
  read: Read,
  note: Note,
  leave: Leave,
): Promise<Pick<Estate, 'policies' | 'policyNames' | 'absentPolicies'>> {
  const wanted = [...new Set(roles.flatMap(({ policies }) => policies))];
  const readOne = (name: string, path: string): Promise<Answer<Policy>> => read(`sys/policies/acl/${path}`, decodePolicy(name));
  const named = await each(
    wanted.filter((name) => !isTemplate(name)),
    readOne,
    'policies',
    note,
  );
  const makesNames = roles.some((role) => role.templatesPolicies && role.policies.some(isTemplate));
  const policyNames = makesNames ? note('policies', await read('sys/policies/acl?list=true', decodeKeys)) : null;
  const made = (policyNames ?? []).filter((name) => !wanted.includes(name) && roles.some((role) => isGivenBy(role, name)));
  const ofTemplates = await each(leave('policies', made), readOne, 'policies', note);
  return { policies: [...named.found, ...ofTemplates.found], policyNames, absentPolicies: named.absent };
}

async function readEntities({ accessor }: MountTuning, read: Read, note: Note, leave: Leave): Promise<readonly Entity[] | null> {
  const listed = await read('identity/entity-alias/id?list=true', decodeAliases);
  const aliases = listed.kind === 'absent' ? [] : note('entities', listed);
  if (aliases === null) return null;
  const entities: Entity[] = [];
  const own = aliases.filter((alias) => alias.accessor === accessor);
  for (const { name, entity } of leave('entities', own)) {
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
