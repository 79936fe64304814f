import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { RunnerPoolSpec } from '../../src/api/spec/runnerpool.ts';
import { oneJobLaunch } from '../../src/children/pod/launch.ts';
import { podTemplate } from '../../src/children/pod/pod-template.ts';
import { runnerConfig } from '../../src/children/runner-config.ts';
import { anInput, aSpec, assignedTags, hostSpec, pool } from './support/inputs.ts';
import { schemaErrors } from './support/kubernetes-schema.ts';
import { measuredAsBad } from './support/measured-as-bad.ts';

const openbao = { address: 'https://openbao.example.org:8200/', mount: 'forgejo', role: 'acme-app', audience: 'openbao' };
const ca = { configMapRef: { name: 'openbao-ca', key: 'ca.crt' } };
const MOUNT = '--volume=/etc/openbao-ca:/etc/openbao-ca:ro';

function configOf(spec: RunnerPoolSpec) {
  return parse(runnerConfig(spec, pool), { version: '1.1' });
}

function withIdentity(changes: Partial<NonNullable<RunnerPoolSpec['identity']>['openbao']>, others: Partial<RunnerPoolSpec> = {}) {
  return aSpec({ identity: { openbao: { ...openbao, ...changes } }, ...others });
}

describe('the variables of a pool with an identity', () => {
  const plain = {
    BAO_ADDR: 'https://openbao.example.org:8200',
    OPENBAO_MOUNT: 'forgejo',
    OPENBAO_ROLE: 'acme-app',
    OPENBAO_AUDIENCE: 'openbao',
  };

  it.each([
    { spec: withIdentity({}), envs: plain, because: 'the address has no slash at its end, which bao would double' },
    {
      spec: withIdentity({ namespace: 'team' }),
      envs: { ...plain, BAO_NAMESPACE: 'team' },
      because: 'a namespace is a header of every call',
    },
    {
      spec: withIdentity({ ca }),
      envs: { ...plain, BAO_CACERT: '/etc/openbao-ca/ca.crt' },
      because: 'bao reads the bundle from a file',
    },
    {
      spec: withIdentity({ ca }, { containerMode: { type: 'External', external: { dockerHost: 'unix:///run/docker.sock' } } }),
      envs: plain,
      because: 'the machine of an external daemon has no such file',
    },
    {
      spec: withIdentity({}, { runner: { ...aSpec().runner, envs: { OPENBAO_ROLE: 'mine', MORE: '1' } } }),
      envs: { ...plain, OPENBAO_ROLE: 'mine', MORE: '1' },
      because: 'what a user sets wins',
    },
  ])('are $envs: $because', ({ spec, envs }) => {
    expect(configOf(spec).runner.envs).toEqual(envs);
  });

  it('are none without one', () => {
    expect(configOf(aSpec()).runner).not.toHaveProperty('envs');
  });
});

describe('the CA of OpenBao in job containers', () => {
  const withConfig = (config: Record<string, unknown>) => withIdentity({ ca }, { runner: { ...aSpec().runner, config } });

  it.each([
    { spec: withIdentity({ ca }), options: MOUNT, volumes: ['/etc/openbao-ca'], because: 'they have no other way to it' },
    {
      spec: withConfig({ container: { options: '--memory=4g', valid_volumes: ['/data'] } }),
      options: `--memory=4g ${MOUNT}`,
      volumes: ['/data', '/etc/openbao-ca'],
      because: 'options of the user stay',
    },
    {
      spec: withConfig({ container: { options: '--volume=/etc/openbao-ca:/ca:ro', valid_volumes: ['/etc/openbao-ca'] } }),
      options: '--volume=/etc/openbao-ca:/ca:ro',
      volumes: ['/etc/openbao-ca'],
      because: 'the user mounts it already',
    },
    { spec: withIdentity({}), options: undefined, volumes: undefined, because: 'there is none' },
    {
      spec: hostSpec({ identity: { openbao: { ...openbao, ca } } }),
      options: undefined,
      volumes: undefined,
      because: 'jobs of the host read it where it is',
    },
  ])('is mounted by $options: $because', ({ spec, options, volumes }) => {
    const { container } = configOf(spec);
    expect([container.options, container.valid_volumes]).toEqual([options, volumes]);
  });
});

describe('the CA of OpenBao in the Pod', () => {
  const secret = { secretRef: { name: 'openbao-ca', key: 'ca.pem' } };
  const mount = { name: 'openbao-ca', mountPath: '/etc/openbao-ca', readOnly: true };

  function podOf(spec: RunnerPoolSpec) {
    return podTemplate(anInput({ spec }), oneJobLaunch(spec, assignedTags()), 'Never').spec ?? expect.fail('a Pod has a spec');
  }

  it.each([
    { ca: secret, source: { secret: { secretName: 'openbao-ca', items: [{ key: 'ca.pem', path: 'ca.crt' }] } }, because: 'from a Secret' },
    { ca, source: { configMap: { name: 'openbao-ca', items: [{ key: 'ca.crt', path: 'ca.crt' }] } }, because: 'from a ConfigMap' },
  ])('is mounted into runner and Docker sidecar $because, and changes no other variable', ({ ca: bundle, source }) => {
    const { volumes = [], containers, initContainers = [] } = podOf(withIdentity({ ca: bundle }));
    expect(volumes).toContainEqual({ name: 'openbao-ca', ...source });
    expect(containers[0]?.volumeMounts).toContainEqual(mount);
    expect(initContainers.find(({ name }) => name === 'dind')?.volumeMounts).toContainEqual(mount);
    expect(containers[0]?.env).toEqual(podOf(aSpec()).containers[0]?.env);
  });

  it('fits the schema of a Pod, in canonical form', () => {
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: podOf(withIdentity({ ca: secret })) };
    expect(schemaErrors('Pod', object)).toEqual([]);
    expect(measuredAsBad(object)).toEqual([]);
  });

  it('is not there without one', () => {
    expect(podOf(withIdentity({}))).toEqual(podOf(aSpec()));
  });
});
