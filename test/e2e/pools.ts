/** Namespaces and pools of the cases. */
import { API_VERSION, KIND, LABEL_POOL_UID } from '../../src/api/keys.ts';
import type { RunnerPoolStatus } from '../../src/api/status.ts';
import type { KubeObject, NewObject } from '../../src/dev/cluster/objects.ts';
import type { Level } from '../children/support/pod-security.ts';
import type { DeleteOptions } from './cluster/api.ts';
import type { Kind } from './cluster/kinds.ts';
import { until } from './cluster/until.ts';
import type { World } from './world.ts';

const TOKEN_SECRET = 'forgejo-token';
export const IMAGE = 'code.forgejo.org/forgejo/runner:12.8.2';
/** Every kind that a pool can have below itself. */
const BELOW = ['Secret', 'ConfigMap', 'Job', 'Deployment', 'StatefulSet', 'Service', 'NetworkPolicy'] as const satisfies readonly Kind[];
/** A pool waits for its Pods to end, then ten seconds more before it deletes a registration. */
const DELETION_MS = 120_000;

/** With the pools' token, and the account that Pods need. */
export async function createNamespace({ api, forgejo }: World, name: string, level: Level = 'privileged'): Promise<void> {
  const labels = { 'pod-security.kubernetes.io/enforce': level };
  await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  const data = { token: Buffer.from(forgejo.token).toString('base64') };
  await api.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: TOKEN_SECRET, namespace: name }, data });
  await until(`${name} has its default account`, async () => (await api.get('ServiceAccount', name, 'default')) !== null);
}

export interface PoolKey {
  readonly namespace: string;
  readonly name: string;
}

type Spec = Readonly<Record<string, unknown>>;

/** A pool in Host mode that takes the jobs of one label; `changes` come over it. */
export function poolSpec({ forgejo }: World, label: string, changes: Spec = {}): Spec {
  return {
    forgejo: { url: forgejo.url, scope: { organization: 'acme' }, tokenSecretRef: { name: TOKEN_SECRET } },
    labels: [`${label}:host`],
    containerMode: { type: 'Host' },
    pollIntervalSeconds: 1,
    runner: { image: IMAGE },
    ...changes,
  };
}

export function poolObject({ namespace, name }: PoolKey, spec: Spec): NewObject {
  return { apiVersion: API_VERSION, kind: KIND, metadata: { namespace, name }, spec };
}

export async function applyPool(world: World, key: PoolKey, spec: Spec): Promise<KubeObject> {
  return world.api.apply(poolObject(key, spec));
}

export async function readPool(
  { api }: World,
  { namespace, name }: PoolKey,
): Promise<(KubeObject & { readonly status?: RunnerPoolStatus }) | null> {
  return api.get('RunnerPool', namespace, name);
}

export async function statusOf(world: World, key: PoolKey): Promise<RunnerPoolStatus> {
  return (await readPool(world, key))?.status ?? {};
}

/** What a failed case says of a pool. */
export async function briefly(world: World, key: PoolKey): Promise<string> {
  const pool = await readPool(world, key);
  if (pool === null) return 'there is no such pool';
  const { conditions = [], counts, runners = [] } = pool.status ?? {};
  const shown = conditions.map(({ type, status, reason }) => `${type}=${status} ${reason}`);
  return JSON.stringify({ conditions: shown, counts, runners: runners.map(({ phase, reason }) => ({ phase, reason })) });
}

/** Children, Pods aside, by the pool's uid. */
export async function childrenOf({ api }: World, { metadata }: KubeObject): Promise<readonly KubeObject[]> {
  const selector = { namespace: metadata.namespace ?? '', labelSelector: `${LABEL_POOL_UID}=${metadata.uid}` };
  const lists = await Promise.all(BELOW.map((kind) => api.list(kind, selector)));
  return lists.flatMap(({ items }) => items);
}

export async function podsOf({ api }: World, { metadata }: KubeObject): Promise<readonly KubeObject[]> {
  const selector = { namespace: metadata.namespace ?? '', labelSelector: `${LABEL_POOL_UID}=${metadata.uid}` };
  return (await api.list('Pod', selector)).items;
}

/** Deletes the pool and waits until it, its children, its Pods and its registrations are gone. */
export async function deletePool(world: World, key: PoolKey, options: DeleteOptions = {}): Promise<void> {
  const pool = await readPool(world, key);
  if (pool === null) return;
  await world.api.remove('RunnerPool', key.namespace, key.name, options);
  await untilGone(world, pool);
  const left = await registrationsOf(world, key);
  if (left.length > 0) throw new Error(`registrations are left in Forgejo: ${left.join(', ')}`);
}

/** The pool, its children and its Pods. */
export async function untilGone(world: World, pool: KubeObject, ms = DELETION_MS): Promise<void> {
  const { namespace = '', name } = pool.metadata;
  const key = { namespace, name };
  const detail = (): Promise<string> => briefly(world, key);
  await until(`pool ${name} is gone`, async () => (await readPool(world, key))?.metadata.uid !== pool.metadata.uid, { ms, detail });
  await until(`the children of ${name} are gone`, async () => {
    const [children, pods] = await Promise.all([childrenOf(world, pool), podsOf(world, pool)]);
    return children.length + pods.length === 0;
  });
}

export async function registrationsOf({ forgejo }: World, { namespace, name }: PoolKey): Promise<readonly string[]> {
  return (await forgejo.runners()).filter((runner) => runner.startsWith(`${namespace}-${name}-`));
}

/** Waits until so many jobs of the label have ended well, and none ill. */
export async function untilSucceeded({ forgejo }: World, label: string, count: number, ms?: number): Promise<void> {
  await until(
    `${count} jobs of ${label} have ended`,
    async () => {
      const { succeeded, failed } = await forgejo.jobs(label);
      if (failed > 0) throw new Error(`${failed} jobs of ${label} failed`);
      return succeeded >= count;
    },
    { ...(ms === undefined ? {} : { ms }), detail: async () => JSON.stringify(await forgejo.jobs(label)) },
  );
}
