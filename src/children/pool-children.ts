/** The children of a pool that are no runner's: cache server and network policies. */
import { LABEL_CACHE_OF, LABEL_POOL_UID } from '../api/keys.ts';
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import type { PoolIdentity } from '../pool/model.ts';
import { cacheName } from './cache/cache-identity.ts';
import { renderCacheSecret } from './cache/cache-secret.ts';
import { type CacheServerSpec, renderCacheServer, withObservedClaims } from './cache/cache-server.ts';
import { renderCacheService } from './cache/cache-service.ts';
import { echo } from './echo.ts';
import { isObject, type JsonObject } from './json.ts';
import { renderCachePolicy, renderRunnerPolicy } from './network/network-policy.ts';

export interface PoolChildrenInput {
  readonly pool: PoolIdentity;
  readonly spec: RunnerPoolSpec;
  /** Observed objects of the pool that are no runner's: Secrets of a cache, StatefulSets, Services, NetworkPolicies. */
  readonly observed: readonly JsonObject[];
  /** Random text for the Secret of the cache, 256 bits or more; null when none is to be made. */
  readonly newCacheSecret: string | null;
}

/** What the pool is to have. All but the Secret change in place. */
export function poolChildren(input: PoolChildrenInput): readonly object[] {
  const { pool, spec } = input;
  const policy = spec.networkPolicy === undefined ? [] : [renderRunnerPolicy(pool, spec, spec.networkPolicy)];
  const server = spec.cache?.server;
  return [...policy, ...(server === undefined ? [] : cacheChildren(input, server))];
}

/**
 * Until its Secret is seen nothing of a cache is made, for what would be made could not be kept: the Secret of a lost answer has
 * another value. What is there of it stays meanwhile.
 */
function cacheChildren({ pool, spec, observed, newCacheSecret }: PoolChildrenInput, server: CacheServerSpec): readonly object[] {
  const secret = observed.find((object) => object['kind'] === 'Secret' && nameOf(object) === cacheName(pool));
  if (secret === undefined) {
    const kept = observed.filter((object) => isOfCache(object, pool)).map(echo);
    return newCacheSecret === null ? kept : [renderCacheSecret(pool, newCacheSecret), ...kept];
  }
  const statefulSet = renderCacheServer({ pool, spec, server, secretUid: textAt(secret['metadata'], 'uid') });
  const before = observed.find((object) => object['kind'] === 'StatefulSet' && nameOf(object) === statefulSet.metadata?.name);
  return [echo(secret), renderCacheService(pool), withObservedClaims(statefulSet, before), renderCachePolicy(pool)];
}

/** By its labels, the pool's own and made for its cache. */
export function isOfCache(object: JsonObject, pool: PoolIdentity): boolean {
  return isOfPool(object, pool) && textAt(labelsOf(object), LABEL_CACHE_OF) === pool.uid;
}

/** By its label the pool's own: only such an object may be changed or dropped. */
export function isOfPool(object: JsonObject, pool: PoolIdentity): boolean {
  return textAt(labelsOf(object), LABEL_POOL_UID) === pool.uid;
}

function labelsOf({ metadata }: JsonObject): unknown {
  return isObject(metadata) ? metadata['labels'] : undefined;
}

function nameOf({ metadata }: JsonObject): string {
  return textAt(metadata, 'name');
}

function textAt(object: unknown, key: string): string {
  const value = isObject(object) ? object[key] : undefined;
  return typeof value === 'string' ? value : '';
}
