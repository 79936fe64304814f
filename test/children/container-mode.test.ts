import type { Container, PodSpec } from 'kubernetes-types/core/v1.d.ts';
import { describe, expect, it } from 'vitest';
import { DEFAULT_IMAGES } from '../../src/api/spec/images.ts';
import type { RunnerPoolSpec } from '../../src/api/spec/runnerpool.ts';
import { SUBORDINATE_IDS } from '../../src/children/pod/rootless-docker.ts';
import { renderRunner } from '../../src/children/runner.ts';
import { cases } from './support/cases.ts';
import { anInput, aSpec } from './support/inputs.ts';

function podOf(containerMode: RunnerPoolSpec['containerMode'], changes: Partial<RunnerPoolSpec> = {}): PodSpec {
  const pod = renderRunner(anInput({ spec: aSpec({ containerMode, ...changes }) })).spec?.template.spec;
  if (pod === undefined) throw new Error('no Pod');
  return pod;
}

function dindOf(pod: PodSpec): Container {
  const dind = pod.initContainers?.find(({ name }) => name === 'dind');
  if (dind === undefined) throw new Error('no sidecar');
  return dind;
}

const forgejo: RunnerPoolSpec['forgejo'] = { ...aSpec().forgejo, caSecretRef: { name: 'ca', key: 'ca.crt' } };

describe.each(cases.filter(({ spec }) => spec.containerMode.type.startsWith('Dind')))('the daemon of $name', ({ spec, tags }) => {
  const pod = renderRunner(anInput({ spec, tags })).spec?.template.spec;
  const dind = pod && dindOf(pod);

  it('listens on one socket, which is in a volume of the Pod', () => {
    expect(dind?.args?.filter((argument) => argument.startsWith('--host'))).toEqual(['--host=unix:///run/dind/docker.sock']);
    expect(dind?.args?.[0]).toBe('dockerd');
    expect(pod?.volumes).toContainEqual({ name: 'dind-socket', emptyDir: {} });
  });

  it('keeps its store in a directory of its volume, whose own rights are the business of the kubelet', () => {
    const mount = dind?.volumeMounts?.find(({ name }) => name === 'dind-storage');
    expect(dind?.args).toContain(`--data-root=${mount?.mountPath}/store`);
    expect(pod?.securityContext?.fsGroupChangePolicy).toBe('OnRootMismatch');
  });
});

describe('a Docker sidecar', () => {
  it.each([
    { type: 'Dind' as const, image: DEFAULT_IMAGES.dind },
    { type: 'DindRootless' as const, image: DEFAULT_IMAGES.dindRootless },
  ])('of $type has an image of its own when the pool names none', ({ type, image }) => {
    expect(dindOf(podOf({ type })).image).toBe(image);
  });

  it('gets the arguments of the pool after all others', () => {
    const args = dindOf(podOf({ type: 'Dind', dind: { args: ['--debug'], mtu: 1400 } })).args;
    expect(args?.slice(-3)).toEqual(['--mtu=1400', '--default-network-opt=bridge=com.docker.network.driver.mtu=1400', '--debug']);
  });

  it.each(['Dind', 'DindRootless'] as const)('of %s trusts the authority of the pool', (type) => {
    const { env, volumeMounts } = dindOf(podOf({ type }, { forgejo }));
    expect(env).toContainEqual({ name: 'SSL_CERT_DIR', value: '/etc/ssl/certs:/etc/runner-ca' });
    expect(volumeMounts).toContainEqual({ name: 'ca', mountPath: '/etc/runner-ca', readOnly: true });
  });
});

describe('a rootless daemon', () => {
  const pod = podOf({ type: 'DindRootless' });

  it('has the uid of the runner, in a user namespace', () => {
    expect(pod.hostUsers).toBe(false);
    expect(pod.securityContext).toMatchObject({ runAsUser: 1000, runAsGroup: 1000, runAsNonRoot: true });
    expect(dindOf(pod).securityContext).not.toHaveProperty('runAsUser');
  });

  it('alone is without seccomp profile, and names none', () => {
    expect(pod.securityContext).not.toHaveProperty('seccompProfile');
    expect(dindOf(pod).securityContext).not.toHaveProperty('seccompProfile');
    expect(pod.containers[0]?.securityContext?.seccompProfile).toEqual({ type: 'RuntimeDefault' });
  });

  it('gives its containers all ids that a Pod has in a user namespace but that of root and its own', () => {
    const ids = SUBORDINATE_IDS.trim()
      .split('\n')
      .map((line) => line.split(':').map(Number))
      .flatMap(([owner, first = 0, count = 0]) => Array.from({ length: count }, (_, index) => ({ owner, id: first + index })));
    expect(new Set(ids.map(({ owner }) => owner))).toEqual(new Set([1000]));
    expect(ids.map(({ id }) => id)).toEqual(Array.from({ length: 65_535 }, (_, index) => index + 1).filter((id) => id !== 1000));
  });
});

describe('a daemon elsewhere', () => {
  it('by TCP is spoken to by TLS, with a key that only the runner has', () => {
    const pod = podOf({ type: 'External', external: { dockerHost: 'tcp://docker:2376', tlsSecretRef: { name: 'client' } } });
    expect(pod.initContainers).toBeUndefined();
    expect(pod.containers[0]?.env).toEqual(
      expect.arrayContaining([
        { name: 'DOCKER_HOST', value: 'tcp://docker:2376' },
        { name: 'DOCKER_TLS_VERIFY', value: '1' },
        { name: 'DOCKER_CERT_PATH', value: '/run/docker-tls' },
      ]),
    );
    expect(pod.volumes?.find(({ name }) => name === 'docker-tls')?.secret).toMatchObject({ secretName: 'client', defaultMode: 0o440 });
  });

  it('by a unix socket has no certificates, with which the client would speak TLS to the socket', () => {
    const pod = podOf({ type: 'External', external: { dockerHost: 'unix:///run/docker.sock' } });
    expect(pod.containers[0]?.env?.map(({ name }) => name)).not.toContain('DOCKER_CERT_PATH');
  });
});
