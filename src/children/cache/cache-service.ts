/** The address of a pool's cache server. */
import type { Service } from 'kubernetes-types/core/v1.d.ts';
import type { PoolIdentity } from '../../pool/model.ts';
import { CACHE_PORT, cacheMetadata, cacheName, cachePodLabels } from './cache-identity.ts';

/** Name of the port at Service and Pod. */
export const CACHE_PORT_NAME = 'http';

/** With an address of its own, which outlives the Pod's. What the API server fills in is left out, so that it stays as it is. */
export function renderCacheService(pool: PoolIdentity): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: cacheMetadata(pool, cacheName(pool)),
    spec: {
      selector: cachePodLabels(pool),
      ports: [{ name: CACHE_PORT_NAME, protocol: 'TCP', port: CACHE_PORT, targetPort: CACHE_PORT_NAME }],
    },
  };
}
