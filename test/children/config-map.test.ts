import { describe, expect, it } from 'vitest';
import type { RunnerPoolSpec } from '../../src/api/spec/runnerpool.ts';
import { renderConfigMap } from '../../src/children/config-map.ts';
import { aSpec, assets, hostSpec, pool } from './support/inputs.ts';
import { schemaErrors } from './support/kubernetes-schema.ts';
import { measuredAsBad } from './support/measured-as-bad.ts';

function nameOf(changes: Partial<Parameters<typeof renderConfigMap>[0]>): string {
  return renderConfigMap({ pool, spec: aSpec(), assets, ...changes }).metadata.name;
}

const { image } = aSpec().runner;
const withSecret: Partial<RunnerPoolSpec> = { runner: { image, envFrom: [{ secretRef: { name: 'canary-variables' } }] } };

/** Everything of which a value is secret, or could hold one. */
const secretive: Partial<RunnerPoolSpec> = {
  ...withSecret,
  forgejo: {
    ...aSpec().forgejo,
    tokenSecretRef: { name: 'canary-token', key: 'canary' },
    caSecretRef: { name: 'canary-ca', key: 'canary' },
  },
  proxy: {
    http: { url: 'http://canary-proxy:3128', credentialsSecretRef: { name: 'canary-http' } },
    https: { url: 'http://canary-proxy:3128', credentialsSecretRef: { name: 'canary-https' } },
    noProxy: ['.canary'],
  },
  cache: { externalServer: { url: 'http://cache.example.org', secretRef: { name: 'canary-cache', key: 'canary' } } },
  containerMode: { type: 'External', external: { dockerHost: 'tcp://docker:2376', tlsSecretRef: { name: 'canary-docker' } } },
  imagePullSecrets: [{ name: 'canary-registry' }],
};

const cases: readonly { readonly name: string; readonly spec: RunnerPoolSpec; readonly because: string }[] = [
  { name: 'rootless', spec: aSpec({ containerMode: { type: 'DindRootless' } }), because: 'its daemon needs a table of ids' },
  {
    name: 'external-tcp',
    spec: aSpec({
      containerMode: { type: 'External', external: { dockerHost: 'tcp://docker:2376', tlsSecretRef: { name: 'docker-tls' } } },
    }),
    because: 'the runner is told where the daemon is',
  },
  {
    name: 'external-unix',
    spec: aSpec({ containerMode: { type: 'External', external: { dockerHost: 'unix:///run/node/docker.sock' } } }),
    because: 'a socket of the node is one too',
  },
  { name: 'env-from', spec: aSpec(withSecret), because: 'the script is there that writes the variables' },
  { name: 'proxy', spec: hostSpec({ proxy: { https: { url: 'http://proxy:3128' } } }), because: 'jobs get the proxy by that script' },
  { name: 'cache-server', spec: aSpec({ cache: { server: { size: '10Gi' } } }), because: "the pool's server is named" },
  {
    name: 'cache-external',
    spec: aSpec({ cache: { externalServer: { url: 'https://cache.example.org', secretRef: { name: 'cache', key: 'secret' } } } }),
    because: 'a server elsewhere is named',
  },
  {
    name: 'own-configuration',
    spec: aSpec({
      runner: {
        image,
        envs: { NPM_CONFIG_REGISTRY: 'https://npm.example.org/', MOTTO: 'two\nlines', DEBUG: 'no' },
        config: {
          runner: { report_retry: { max_retries: 20 } },
          container: { options: '--memory=4g --cpus=2', valid_volumes: ['/etc/runner-ca'], force_pull: true },
        },
      },
    }),
    because: "the pool's configuration is merged over ours",
  },
  {
    name: 'ca-for-jobs',
    spec: aSpec({
      forgejo: { ...aSpec().forgejo, caConfigMapRef: { name: 'ca', key: 'ca.crt' } },
      runner: {
        image,
        config: {
          container: {
            options:
              '--volume=/etc/runner-ca:/etc/runner-ca:ro --env=SSL_CERT_DIR=/etc/ssl/certs:/etc/runner-ca --env=NODE_EXTRA_CA_CERTS=/etc/runner-ca/ca.crt',
            valid_volumes: ['/etc/runner-ca'],
          },
        },
      },
    }),
    because: 'a bundle that the sidecar has can be mounted into the containers of jobs',
  },
];

describe.each(cases)('the ConfigMap of $name: $because', ({ name, spec }) => {
  const configMap = renderConfigMap({ pool, spec, assets });

  it('is the golden one', async () => {
    await expect(`${JSON.stringify(configMap, null, 2)}\n`).toMatchFileSnapshot(`golden/config-map-${name}.golden.json`);
  });

  it('fits the schema of its kind, in canonical form', () => {
    expect(schemaErrors('ConfigMap', configMap)).toEqual([]);
    expect(measuredAsBad(configMap)).toEqual([]);
  });
});

describe('the name of a ConfigMap', () => {
  it('is the same for the same content', () => {
    expect(nameOf({})).toBe(nameOf({ spec: aSpec({ maxRunners: 99, paused: true }) }));
  });

  it('stays when a script changes that the pool does not use', () => {
    expect(nameOf({ assets: { ...assets, jobEnvScript: '#!/bin/sh\n' } })).toBe(nameOf({}));
  });

  it.each([
    { changes: { spec: hostSpec() }, because: 'the configuration differs' },
    { changes: { assets: { ...assets, oneJobScript: '#!/bin/sh\n' } }, because: 'an upgrade brought another entrypoint' },
    { changes: { pool: { ...pool, uid: 'another' } }, because: 'names of pools may be equal once they are shortened' },
  ])('is another when $because', ({ changes }) => {
    expect(nameOf(changes)).not.toBe(nameOf({}));
  });

  it('is another when an upgrade brought another script, also for a spec that was rendered before', () => {
    const spec = aSpec(withSecret);
    const before = nameOf({ spec });
    expect(nameOf({ spec, assets: { ...assets, jobEnvScript: '#!/bin/sh\n' } })).not.toBe(before);
  });

  it.each(['linux', 'a.b', 'x'.repeat(253), `${'x'.repeat(51)}-${'y'.repeat(20)}`])('of pool %s is a DNS label', (name) => {
    expect(nameOf({ pool: { ...pool, name } })).toMatch(/^(?=.{12,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
    expect(nameOf({ pool: { ...pool, name } })).not.toContain('--');
  });
});

it('a ConfigMap holds no secret and does not even say where one is', () => {
  const text = JSON.stringify(renderConfigMap({ pool, spec: aSpec(secretive), assets }));
  expect(text).toContain('env_file: /run/job-env/env');
  expect(text).not.toContain('canary');
});
