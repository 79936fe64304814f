/** What a pool's cache server is called and labelled: its server, its clients and its network policies agree on it. */
import { LABEL_CACHE_OF, LABEL_POOL_UID } from '../../api/keys.ts';
import type { PoolIdentity } from '../../pool/model.ts';
import { poolObjectName } from '../pool-names.ts';

/** Where the cache server listens, TCP: the same at its Service and its Pod, for a network policy sees the Pod's. */
export const CACHE_PORT = 8080;

/** Key of the shared secret within the Secret, and name of its file in the Pods. */
export const CACHE_SECRET_KEY = 'secret';

/** Name of the Service, the Secret and the network policy of the cache server. */
export function cacheName(pool: PoolIdentity): string {
  return poolObjectName('cache', pool, pool.uid);
}

/** Name by which Pods of the cluster reach the cache server. */
export function cacheHostName(pool: PoolIdentity): string {
  return `${cacheName(pool)}.${pool.namespace}.svc`;
}

/** By which the Pods of the cache server are selected. */
export function cachePodLabels(pool: PoolIdentity): Record<string, string> {
  return { [LABEL_CACHE_OF]: pool.uid };
}

/** Metadata of an object of the cache server, less its Pods. */
export function cacheMetadata(pool: PoolIdentity, name: string) {
  return {
    name,
    namespace: pool.namespace,
    labels: { [LABEL_POOL_UID]: pool.uid, [LABEL_CACHE_OF]: pool.uid, 'app.kubernetes.io/name': CACHE_APP },
  };
}

export const CACHE_APP = 'forgejo-runner-cache';
