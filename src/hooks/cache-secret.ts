/** The value of a cache's Secret, from its making until it is seen. */
import type { RunnerPoolSpec } from '../api/spec/runnerpool.ts';
import { cacheName } from '../children/cache/cache-identity.ts';
import type { DecodedRequest } from './decode.ts';
import type { OperatorDeps } from './deps.ts';
import type { MemoryStore } from './pool-memory.ts';

/**
 * Null when none is to be made: the pool has no cache server, its Secret is there, or the namespace takes no new object. Until
 * it is seen the same value comes again, for the informer may be late. The Secret is immutable, so that of two values, of two
 * processes or of one that was restarted, the first one stands.
 */
export function newCacheSecret(decoded: DecodedRequest, spec: RunnerPoolSpec, deps: OperatorDeps, memory: MemoryStore): string | null {
  const { pool, raw, namespaceTerminating } = decoded;
  const wanted = spec.cache?.server !== undefined && !namespaceTerminating && !raw.secrets.has(cacheName(pool));
  const before = memory.recall(pool.uid).cacheSecret;
  const value = wanted ? (before ?? deps.randomSecret()) : null;
  if (value !== before) memory.change(pool.uid, { cacheSecret: value });
  return value;
}
