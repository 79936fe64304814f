import { describe, expect, it } from 'vitest';
import { cacheConfig, cacheHost, cacheParts } from '../../src/children/cache/cache-client.ts';
import { renderCacheSecret } from '../../src/children/cache/cache-secret.ts';
import { renderCacheService } from '../../src/children/cache/cache-service.ts';
import { aSpec, pool } from './support/inputs.ts';

const none = aSpec();
const server = aSpec({ cache: { server: { size: '10Gi' } } });
const external = aSpec({
  cache: { externalServer: { url: 'https://cache.example.org', secretRef: { name: 'cache-of-the-site', key: 'shared' } } },
});

describe('a runner of a pool without a cache', () => {
  it('has none, not even one of its own, and mounts nothing', () => {
    expect(cacheConfig(none, pool)).toEqual({ enabled: false });
    expect(cacheParts(none, pool)).toEqual({});
    expect(cacheHost(none, pool)).toBe(null);
  });
});

describe('a runner of a pool with a cache server', () => {
  const name = renderCacheService(pool).metadata?.name;

  it('is told the Service and a file for the secret', () => {
    const config = { enabled: true, external_server: `http://${name}.ci.svc:8080`, secret_url: 'file:/run/cache/secret' };
    expect(cacheConfig(server, pool)).toEqual(config);
    expect(cacheHost(server, pool)).toBe(`${name}.ci.svc`);
  });

  it("mounts the secret and nothing else of the server's Secret, readable by its group, in the runner's container alone", () => {
    expect(renderCacheSecret(pool, 'x').metadata?.name).toBe(name);
    expect(cacheParts(server, pool)).toEqual({
      volumes: [{ name: 'cache', secret: { secretName: name, defaultMode: 0o440, items: [{ key: 'secret', path: 'secret' }] } }],
      runner: { mounts: [{ name: 'cache', mountPath: '/run/cache', readOnly: true }] },
    });
  });
});

describe('a runner of a pool with an external cache server', () => {
  it('is told its URL, and mounts the named key', () => {
    expect(cacheConfig(external, pool)).toEqual({
      enabled: true,
      external_server: 'https://cache.example.org',
      secret_url: 'file:/run/cache/secret',
    });
    expect(cacheParts(external, pool).volumes).toEqual([
      { name: 'cache', secret: { secretName: 'cache-of-the-site', defaultMode: 0o440, items: [{ key: 'shared', path: 'secret' }] } },
    ]);
    expect(cacheHost(external, pool)).toBe(null);
  });
});
