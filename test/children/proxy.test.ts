import { describe, expect, it } from 'vitest';
import type { RunnerPoolSpec } from '../../src/api/spec/runnerpool.ts';
import { cacheHost } from '../../src/children/cache/cache-client.ts';
import { proxyParts } from '../../src/children/pod/proxy.ts';
import { aSpec, pool } from './support/inputs.ts';

const PROXY = { url: 'http://proxy.example.org:3128' };

function environment(changes: Partial<RunnerPoolSpec>) {
  return proxyParts(aSpec(changes), pool).runner?.env ?? [];
}

function valueOf(changes: Partial<RunnerPoolSpec>, name: string): string | undefined {
  return environment(changes).find((variable) => variable.name === name)?.value;
}

/** What the kubelet makes of the list: a reference to a variable that is not defined before stays as it stands. */
function expanded(changes: Partial<RunnerPoolSpec>): Readonly<Record<string, string>> {
  const known = new Map<string, string>();
  for (const { name, value, valueFrom } of environment(changes)) {
    const secret = valueFrom?.secretKeyRef;
    const given = secret ? `<${secret.name}/${secret.key}>` : valueFrom?.fieldRef ? '10.1.2.3,fd00::3' : (value ?? '');
    known.set(name, value === undefined ? given : given.replace(/\$\((\w+)\)/g, (reference, other) => known.get(other) ?? reference));
  }
  return Object.fromEntries(known);
}

describe('a pool with proxies', () => {
  it('gives them to the runner and to the Docker sidecar, in both spellings', () => {
    const proxy = { http: PROXY, https: { url: 'https://[fd00::1]:3129/' }, noProxy: ['.example.org', '10.0.0.0/8'] };
    const { runner, dind, ...others } = proxyParts(aSpec({ proxy }), pool);
    const direct = '.example.org,10.0.0.0/8,localhost,127.0.0.1,::1,10.1.2.3,fd00::3';
    expect(dind).toEqual(runner);
    expect(others).toEqual({});
    expect(expanded({ proxy })).toEqual({
      HTTP_PROXY: 'http://proxy.example.org:3128',
      http_proxy: 'http://proxy.example.org:3128',
      HTTPS_PROXY: 'https://[fd00::1]:3129',
      https_proxy: 'https://[fd00::1]:3129',
      PROXY_POD_IPS: '10.1.2.3,fd00::3',
      NO_PROXY: direct,
      no_proxy: direct,
    });
  });

  it('sets no variable for a proxy that it does not have', () => {
    const names = environment({ proxy: { https: PROXY } }).map(({ name }) => name);
    expect(names).toEqual(['HTTPS_PROXY', 'https_proxy', 'PROXY_POD_IPS', 'NO_PROXY', 'no_proxy']);
  });

  it('has credentials from their Secret alone, each proxy its own', () => {
    const proxy = {
      http: { ...PROXY, credentialsSecretRef: { name: 'one' } },
      https: { ...PROXY, credentialsSecretRef: { name: 'two' } },
    };
    expect(expanded({ proxy })).toMatchObject({
      HTTP_PROXY: 'http://<one/username>:<one/password>@proxy.example.org:3128',
      http_proxy: 'http://<one/username>:<one/password>@proxy.example.org:3128',
      HTTPS_PROXY: 'http://<two/username>:<two/password>@proxy.example.org:3128',
    });
    expect(valueOf({ proxy }, 'HTTP_PROXY')).toBe('http://$(PROXY_HTTP_USERNAME):$(PROXY_HTTP_PASSWORD)@proxy.example.org:3128');
  });
});

describe('what is reached directly', () => {
  const always = 'localhost,127.0.0.1,::1,$(PROXY_POD_IPS)';
  const proxy = { http: PROXY };

  it.each<{ readonly changes: Partial<RunnerPoolSpec>; readonly direct: string; readonly because: string }>([
    { changes: {}, direct: always, because: 'jobs find the cache at the address of the Pod; Forgejo is not added by itself' },
    {
      changes: { cache: { server: { size: '10Gi' } } },
      direct: `${always},${cacheHost(aSpec({ cache: { server: { size: '10Gi' } } }), pool)}`,
      because: "the pool's cache server is in the cluster",
    },
    {
      changes: { cache: { externalServer: { url: 'http://cache.example.org', secretRef: { name: 's', key: 'secret' } } } },
      direct: always,
      because: 'a cache server elsewhere may well lie behind the proxy',
    },
    {
      changes: { containerMode: { type: 'External', external: { dockerHost: 'tcp://docker.example.org:2376' } } },
      direct: `${always},docker.example.org`,
      because: "Docker's client would take the proxy",
    },
    {
      changes: { containerMode: { type: 'External', external: { dockerHost: 'tcp://[fd00::2]:2376' } } },
      direct: `${always},fd00::2`,
      because: 'an address stands there without brackets',
    },
    {
      changes: { containerMode: { type: 'External', external: { dockerHost: 'unix:///run/docker.sock' } } },
      direct: always,
      because: 'a socket has no host',
    },
  ])('is $direct: $because', ({ changes, direct }) => {
    expect(valueOf({ proxy, ...changes }, 'NO_PROXY')).toBe(direct);
    expect(valueOf({ proxy, ...changes }, 'no_proxy')).toBe(direct);
  });
});

it('a pool without proxies adds nothing', () => {
  expect(proxyParts(aSpec(), pool)).toEqual({});
});
