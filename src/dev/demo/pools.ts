/** What is set up for the demo: an organization with repositories, a token in a Secret, and one pool of each mode. */
import { API_VERSION, KIND } from '../../api/keys.ts';
import type { RunnerPoolStatus } from '../../api/status.ts';
import type { NewObject } from '../cluster/objects.ts';
import type { EmbeddedWorld } from './embedded-world.ts';

export const NAMESPACE = 'ci';
export const EPHEMERAL = 'ephemeral';
export const PERSISTENT = 'persistent';
export const MAX_EPHEMERAL = 15;
export const MAX_PERSISTENT = 4;
export const POOLS = [
  { name: EPHEMERAL, max: MAX_EPHEMERAL },
  { name: PERSISTENT, max: MAX_PERSISTENT },
] as const;
export const REPOSITORIES = ['acme/app', 'acme/site', 'acme/tools'] as const;

const IMAGE = 'code.forgejo.org/forgejo/runner:12.8.2';
const TOKEN_SECRET = 'forgejo-token';

/** Applies everything; the pools start to live at once. */
export function setUp({ forgejo, cluster, urls }: EmbeddedWorld): void {
  forgejo.addUser({ name: 'dev' });
  forgejo.addOrganization({ name: 'acme', owners: ['dev'] });
  for (const path of REPOSITORIES) forgejo.addRepository({ path });
  const token = forgejo.addToken({ user: 'dev', scopes: ['write:organization'] });

  cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  const data = { token: Buffer.from(token).toString('base64') };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: TOKEN_SECRET, namespace: NAMESPACE }, data };
  cluster.apply(secret);
  const common = {
    forgejo: { url: urls.forgejo, scope: { organization: 'acme' }, tokenSecretRef: { name: TOKEN_SECRET } },
    pollIntervalSeconds: 1,
    runner: { image: IMAGE },
  };
  cluster.apply(pool(EPHEMERAL, { ...common, mode: 'Ephemeral', labels: ['docker:docker://node:24'], maxRunners: MAX_EPHEMERAL }));
  const limits = { minRunners: 1, maxRunners: MAX_PERSISTENT, idleTimeoutSeconds: 3 };
  cluster.apply(pool(PERSISTENT, { ...common, ...limits, mode: 'Persistent', labels: ['deploy:host'], containerMode: { type: 'Host' } }));
}

function pool(name: string, spec: Readonly<Record<string, unknown>>): NewObject {
  return { apiVersion: API_VERSION, kind: KIND, metadata: { name, namespace: NAMESPACE }, spec };
}

/** What the operator wrote about a pool. */
export function statusOf(pool: { readonly status?: object }): RunnerPoolStatus {
  return pool.status ?? {};
}
