/** Drives the recorded authorization matrix: ten scopes, every token, six calls, in the order of the recording. */
import { readFileSync } from 'node:fs';
import type { Lab } from './lab.ts';
import { type Credentials, rest } from './requests.ts';

/** Status and message (empty for a success) by `scope|token|call`. */
export type Matrix = Readonly<Record<string, readonly [number, string]>>;

interface ScopeOfMatrix {
  readonly path: string;
  /** Who registers the runner that GET and DEL ask for; null where nobody can. */
  readonly manager: string | null;
}

const SCOPES: Readonly<Record<string, ScopeOfMatrix>> = {
  admin: { path: 'admin', manager: 'ADMIN_ALL' },
  'org-acme(public)': { path: 'orgs/acme', manager: 'DEV_ALL' },
  'org-hidden(private)': { path: 'orgs/hidden', manager: 'DEV_ALL' },
  'org-unknown': { path: 'orgs/nope', manager: null },
  user: { path: 'user', manager: 'DEV_ALL' },
  'repo-acme/app(public)': { path: 'repos/acme/app', manager: 'DEV_ALL' },
  'repo-acme/secret(private)': { path: 'repos/acme/secret', manager: 'DEV_ALL' },
  'repo-hidden/deep(private)': { path: 'repos/hidden/deep', manager: 'DEV_ALL' },
  'repo-dev/own(public)': { path: 'repos/dev/own', manager: 'DEV_ALL' },
  'repo-unknown': { path: 'repos/acme/nope', manager: null },
};

export function readMatrix(): Matrix {
  return JSON.parse(readFileSync(new URL('../../fixtures/recordings/forgejo/authz-matrix.json', import.meta.url), 'utf8'));
}

export async function driveMatrix(lab: Lab, matrix: Matrix): Promise<Record<string, readonly [number, string]>> {
  const results: Record<string, readonly [number, string]> = {};
  for (const key of Object.keys(matrix)) results[key] = await drive(lab, key);
  return results;
}

async function drive(lab: Lab, key: string): Promise<readonly [number, string]> {
  const [scopeName = '', tokenName = '', call = ''] = key.split('|');
  const scope = SCOPES[scopeName];
  if (scope === undefined) throw new Error(`the matrix has an unknown scope ${scopeName}`);
  const base = `/api/v1/${scope.path}/actions/runners`;
  const token = tokenName === 'None' ? null : tokenName;
  const send = async (method: string, path: string, body?: unknown): Promise<readonly [number, string]> => {
    const answer = await rest(lab, method, path, token, body);
    return [answer.status, answer.status < 300 ? '' : JSON.parse(answer.body).message];
  };
  switch (call) {
    case 'POST':
      return send('POST', base, { name: 'authz', ephemeral: true });
    case 'LIST':
      return send('GET', base);
    case 'GET':
    case 'DEL':
      return withRunner(lab, base, scope.manager, (id) => send(call === 'GET' ? 'GET' : 'DELETE', `${base}/${id}`));
    case 'JOBS':
      return send('GET', `${base}/jobs`);
    case 'REGTOK':
      return send('GET', `${base}/registration-token`);
    default:
      throw new Error(`the matrix has an unknown call ${call}`);
  }
}

/** GET and DEL of the recording asked for a runner made for that question, and removed it afterwards. */
async function withRunner<T>(lab: Lab, base: string, manager: string | null, use: (id: number) => Promise<T>): Promise<T> {
  if (manager === null) return use(1);
  const created: Credentials = JSON.parse((await rest(lab, 'POST', base, manager, { name: 'target' })).body);
  const result = await use(created.id);
  await rest(lab, 'DELETE', `${base}/${created.id}`, manager);
  return result;
}
