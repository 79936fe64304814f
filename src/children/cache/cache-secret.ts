/** What the cache server and its runners share. */
import type { Secret } from 'kubernetes-types/core/v1.d.ts';
import { stringify } from 'yaml';
import type { PoolIdentity } from '../../pool/model.ts';
import { CACHE_SECRET_KEY, cacheMetadata, cacheName } from './cache-identity.ts';

/** Where the Secret is mounted, in the cache server as in the runners. */
export const CACHE_SECRET_PATH = '/run/cache';
/** Configuration of the cache server, a file beside the secret: its command line can't name a file for the secret. */
export const CACHE_CONFIG_FILE = 'config.yaml';
/** `secret_url` as forgejo-runner reads it since 12.7; the file is taken as it is, with a line break at its end. */
export const CACHE_SECRET_URL = `file:${CACHE_SECRET_PATH}/${CACHE_SECRET_KEY}`;

/**
 * The immutable Secret of a pool's cache: `secret`, which is the given random text, and the server's configuration. It is made
 * once; as long as it is observed it is answered as it is.
 */
export function renderCacheSecret(pool: PoolIdentity, secret: string): Secret {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: cacheMetadata(pool, cacheName(pool)),
    type: 'Opaque',
    immutable: true,
    data: {
      [CACHE_SECRET_KEY]: btoa(secret),
      [CACHE_CONFIG_FILE]: btoa(stringify({ cache: { secret_url: CACHE_SECRET_URL } })),
    },
  };
}
