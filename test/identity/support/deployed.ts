/** The files of deploy/openbao, and the claims of jobs of the repository that they name. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mount, Role } from './evaluate.ts';
import type { Claims } from './recordings.ts';

export const OPENBAO = new URL('../../../deploy/openbao/', import.meta.url).pathname;

/** A role file: what is bound, and what its tokens may and how long. */
export interface RoleFile extends Role {
  readonly bound_audiences: readonly string[];
  readonly bound_subject: string;
  readonly bound_claims: Readonly<Record<string, string | readonly string[]>>;
  readonly token_policies: readonly string[];
  readonly token_ttl: number;
  readonly token_max_ttl: number;
}

function namesIn(folder: string, ending: string): readonly string[] {
  const files = readdirSync(join(OPENBAO, folder), { recursive: true, encoding: 'utf8' });
  return files.flatMap((file) => (file.endsWith(ending) ? [file.slice(0, -ending.length)] : [])).toSorted();
}

export function readDeployed(path: string): string {
  return readFileSync(join(OPENBAO, path), 'utf8');
}

export function readRole(name: string): RoleFile {
  return JSON.parse(readDeployed(`roles/${name}.json`)) as RoleFile; // the tests say what it must be
}

export const roleNames = namesIn('roles', '.json');
export const policyNames = namesIn('policies', '.hcl');
export const mountNames = namesIn('mount', '.json');
export const MOUNT = JSON.parse(readDeployed('mount/discovery.json')) as Mount & { readonly bound_issuer: string };

/** The recordings are of acme/ev and its all.yml; the same job in the repository and the workflow of the role files. */
export function asDeployed(claims: Claims, workflow = 'harbor.yml'): Claims {
  const text = JSON.stringify(claims).replaceAll('acme/ev', 'acme/app').replaceAll('all.yml', workflow);
  return JSON.parse(text) as Claims;
}
