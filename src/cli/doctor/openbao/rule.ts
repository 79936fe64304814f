/** A rule looks at the estate and says where it is broken; these are the shapes that most rules have. */
import type { Fix } from './commands.ts';
import type { CelRole, Estate, JwtRole, MountConfig, Policy } from './model.ts';

export interface Sighting {
  readonly subject: string;
  readonly found: string;
  readonly fix: Fix;
}

export interface Rule {
  readonly id: string;
  readonly level: 'warn' | 'fail';
  /** What somebody gets by it, or what fails. */
  readonly means: string;
  readonly check: (estate: Estate) => readonly Sighting[];
}

type Head = Pick<Rule, 'id' | 'level' | 'means'>;

/** `sees`: what is wrong, as a sentence; null: nothing. */
interface Of<T> extends Head {
  readonly sees: (each: T, estate: Estate) => string | null;
  readonly fix: (each: T, estate: Estate) => Fix;
}

export function mountRule({ sees, fix, ...head }: Of<MountConfig>): Rule {
  return { ...head, check: (estate) => (estate.config === null ? [] : seen(estate.config, mountSubject(estate), estate, sees, fix)) };
}

export function roleRule({ sees, fix, ...head }: Of<JwtRole>): Rule {
  return { ...head, check: (estate) => estate.roles.flatMap((role) => seen(role, roleSubject(role), estate, sees, fix)) };
}

export function celRule({ sees, fix, ...head }: Of<CelRole>): Rule {
  return { ...head, check: (estate) => estate.celRoles.flatMap((role) => seen(role, celSubject(role), estate, sees, fix)) };
}

export function policyRule({ sees, fix, ...head }: Of<Policy>): Rule {
  return { ...head, check: (estate) => estate.policies.flatMap((policy) => seen(policy, policySubject(policy), estate, sees, fix)) };
}

function seen<T>(each: T, subject: string, estate: Estate, sees: Of<T>['sees'], fix: Of<T>['fix']): readonly Sighting[] {
  const found = sees(each, estate);
  return found === null ? [] : [{ subject, found, fix: fix(each, estate) }];
}

export function mountSubject({ mount }: Pick<Estate, 'mount'>): string {
  return `mount ${mount}`;
}

export function roleSubject({ name }: Pick<JwtRole, 'name'>): string {
  return `role ${name}`;
}

export function celSubject({ name }: Pick<CelRole, 'name'>): string {
  return `CEL role ${name}`;
}

export function policySubject({ name }: Pick<Policy, 'name'>): string {
  return `policy ${name}`;
}
