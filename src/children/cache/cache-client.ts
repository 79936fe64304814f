/** The actions cache as a runner uses it. */
import type { Volume } from 'kubernetes-types/core/v1.d.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import type { PoolIdentity } from '../../pool/model.ts';
import type { PodParts } from '../pod/pod-parts.ts';
import { SECRET_MODE } from '../pod/security.ts';
import { CACHE_PORT, CACHE_SECRET_KEY, cacheHostName, cacheName } from './cache-identity.ts';
import { CACHE_SECRET_PATH, CACHE_SECRET_URL } from './cache-secret.ts';

export const CACHE_VOLUME = 'cache';

/** Which Secret holds what the runner shares with its cache server, and where that server is. */
interface CacheAccess {
  readonly url: string;
  readonly secretName: string;
  readonly key: string;
}

/**
 * `cache` of the runner's configuration. With a server the runner is a proxy before it, which jobs reach at the Pod's address
 * (`ACTIONS_CACHE_URL`), and signs their requests with the secret. Without one there is no cache at all: one within the Pod
 * would end with it.
 */
export function cacheConfig(spec: RunnerPoolSpec, pool: PoolIdentity): Record<string, unknown> {
  const access = cacheAccess(spec, pool);
  return access === null ? { enabled: false } : { enabled: true, external_server: access.url, secret_url: CACHE_SECRET_URL };
}

/** The secret in the runner's container, and in no other. */
export function cacheParts(spec: RunnerPoolSpec, pool: PoolIdentity): PodParts {
  const access = cacheAccess(spec, pool);
  if (access === null) return {};
  return {
    volumes: [secretVolume(access)],
    runner: { mounts: [{ name: CACHE_VOLUME, mountPath: CACHE_SECRET_PATH, readOnly: true }] },
  };
}

/** What a runner must reach without a proxy: the pool's own cache server; null when it has none. */
export function cacheHost(spec: RunnerPoolSpec, pool: PoolIdentity): string | null {
  return spec.cache?.server === undefined ? null : cacheHostName(pool);
}

function cacheAccess({ cache }: RunnerPoolSpec, pool: PoolIdentity): CacheAccess | null {
  if (cache?.server !== undefined) {
    return { url: `http://${cacheHostName(pool)}:${CACHE_PORT}`, secretName: cacheName(pool), key: CACHE_SECRET_KEY };
  }
  if (cache?.externalServer === undefined) return null;
  const { url, secretRef } = cache.externalServer;
  return { url, secretName: secretRef.name, key: secretRef.key };
}

function secretVolume({ secretName, key }: CacheAccess): Volume {
  return { name: CACHE_VOLUME, secret: { secretName, defaultMode: SECRET_MODE, items: [{ key, path: CACHE_SECRET_KEY }] } };
}
