/** A row of the attack table, and the roles that look right and let attackers in. */
import { asDeployed, MOUNT } from './deployed.ts';
import type { Mount, Role } from './evaluate.ts';
import { type Claims, claimsOf } from './recordings.ts';

export interface Attack {
  readonly attack: string;
  readonly claims: Claims;
  /** `null`: no role lets it in. */
  readonly weak: Role | null;
  /** The weak role's mount, where the weakness is there. */
  readonly weakMount?: Mount;
  /** Name of the role file. */
  readonly ours: string;
  /** Claims of which OpenBao may name any, or `null` for a limit. */
  readonly refusedFor: readonly string[] | null;
  readonly because: string;
}

export const MAIN = 'refs/heads/main';
export const BASE = { user_claim: 'repository', bound_audiences: ['openbao'] } as const;
export const anyEvent: Role = { ...BASE, bound_claims: { repository: 'acme/app', ref: MAIN } };
export const bySubject: Role = { ...BASE, bound_subject: `repo:acme/app:ref:${MAIN}` };
export const wholeRepository: Role = { ...BASE, bound_claims: { repository: 'acme/app' } };
export const calls: Role = {
  ...BASE,
  bound_claims: { repository: 'acme/app', ref: MAIN, event_name: ['push', 'workflow_dispatch', 'workflow_call'] },
};

export function glob(bound_claims: Role['bound_claims'] & object): Role {
  return { ...BASE, bound_claims_type: 'glob', bound_claims };
}

/** The audience of the organization's role: whoever writes a workflow asks for it. */
export const ORGANIZATION = 'openbao-organization';

export function organizationGlob(bound_claims: Role['bound_claims'] & object): Role {
  return { ...glob(bound_claims), bound_audiences: [ORGANIZATION] };
}

export const mainPush = asDeployed(claimsOf('push main'));

/** The claims as a token has them now: whole seconds; `exp` of a row counts from now. */
export function timed(claims: Claims, nowSeconds: number): Claims {
  const left = typeof claims['exp'] === 'number' && claims['exp'] < 0 ? claims['exp'] : 3600;
  return { iss: MOUNT.bound_issuer, ...claims, iat: nowSeconds + left - 3600, nbf: nowSeconds + left - 3600, exp: nowSeconds + left };
}
