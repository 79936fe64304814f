import { describe, expect, it } from 'vitest';
import type { RunnerPoolSpec } from '../../src/api/spec/runnerpool.ts';
import { runnerMetadata } from '../../src/children/metadata.ts';
import { renderRunner } from '../../src/children/runner.ts';
import { anInput, aSpec, hostSpec, warmTags } from './support/inputs.ts';

function podOf(spec: RunnerPoolSpec, tags = anInput().tags) {
  const template = renderRunner(anInput({ spec, tags })).spec?.template;
  if (template?.spec === undefined) throw new Error('no Pod template');
  return { ...template, spec: template.spec };
}

function templated(template: NonNullable<RunnerPoolSpec['template']>, base = aSpec()) {
  return { plain: podOf(base), pod: podOf({ ...base, template }) };
}

describe("a user's template can't take away", () => {
  it("the runner's labels and annotations", () => {
    const { pod, plain } = templated({
      metadata: { labels: { $patch: 'replace', 'forgejo-runner-operator.dev/runner': 'other' }, annotations: null },
    });
    const { labels } = runnerMetadata(anInput());
    expect(pod.metadata?.labels).toEqual(labels);
    expect(plain.metadata?.labels).toMatchObject(labels);
    expect(pod.metadata?.annotations).toMatchObject({ 'forgejo-runner-operator.dev/attempt': '1' });
  });

  it('how the Pod ends', () => {
    const { pod, plain } = templated({ spec: { restartPolicy: 'OnFailure', terminationGracePeriodSeconds: 1, activeDeadlineSeconds: 5 } });
    expect(pod.spec).toEqual(plain.spec);
  });

  it('the entrypoint', () => {
    const { pod, plain } = templated({
      spec: {
        containers: [
          {
            name: 'runner',
            restartPolicy: 'Always',
            restartPolicyRules: [{ action: 'Restart' }],
            command: ['sleep'],
            args: ['1'],
            lifecycle: { preStop: { exec: { command: ['true'] } } },
          },
        ],
      },
    });
    expect(pod.spec.containers).toEqual(plain.spec.containers);
  });

  it.each(['WARM', 'STOP_FILE', 'PROBE_SECONDS', 'POLL_SECONDS'])("the entrypoint's variable %s", (name) => {
    const { pod, plain } = templated({ spec: { containers: [{ name: 'runner', env: [{ name, value: 'x' }] }] } });
    expect(pod.spec.containers).toEqual(plain.spec.containers);
  });

  it('the variables of the entrypoint', () => {
    const template = { spec: { containers: [{ name: 'runner', env: [{ $patch: 'replace' }, { name: 'A', value: '1' }] }] } };
    expect(podOf(hostSpec({ template }), warmTags()).spec.containers[0]?.env).toEqual([
      { name: 'A', value: '1' },
      { name: 'PROBE_SECONDS', value: '5' },
      { name: 'WARM', value: '1' },
    ]);
  });

  it('the runner itself, nor its volumes', () => {
    const { pod, plain } = templated({
      spec: { containers: [{ $patch: 'replace' }, { name: 'other', image: 'x' }], volumes: null },
    });
    expect(pod.spec.containers.map(({ name }) => name)).toEqual(['runner', 'other']);
    expect(pod.spec.containers[0]).toEqual(plain.spec.containers[0]);
    expect(pod.spec.volumes?.map(({ name }) => name)).toEqual(['config', 'credentials', 'tmp']);
  });

  it('the whole spec', () => {
    const { pod } = templated({ spec: { $patch: 'replace', containers: [] } });
    expect(pod.spec.containers.map(({ name }) => name)).toEqual(['runner']);
    expect(pod.spec.initContainers?.map(({ name }) => name)).toEqual(['dind']);
    expect(pod.spec.restartPolicy).toBe('Never');
  });

  it('the freshness of /tmp, but its size', () => {
    const { pod } = templated({ spec: { volumes: [{ name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } }] } });
    expect(pod.spec.volumes).toContainEqual({ name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } });
    const claimed = templated({ spec: { volumes: [{ name: 'tmp', persistentVolumeClaim: { claimName: 'c' } }] } });
    expect(claimed.pod.spec.volumes).toContainEqual({ name: 'tmp', emptyDir: {} });
  });

  it('where the token, the files and /tmp are mounted', () => {
    const { pod, plain } = templated({
      spec: {
        containers: [
          {
            name: 'runner',
            volumeMounts: [
              { mountPath: '/run/credentials', name: 'home' },
              { mountPath: '/tmp', name: 'home' },
              { mountPath: '/elsewhere', name: 'credentials' },
            ],
          },
        ],
      },
    });
    expect(pod.spec.containers).toEqual(plain.spec.containers);
  });

  it('the sidecar, which stays a sidecar', () => {
    const { pod } = templated({ spec: { initContainers: [{ name: 'dind', restartPolicy: null, image: 'docker:29-dind' }] } });
    expect(pod.spec.initContainers).toHaveLength(1);
    expect(pod.spec.initContainers?.[0]).toMatchObject({ restartPolicy: 'Always', image: 'docker:29-dind' });
    const without = templated({ spec: { initContainers: [{ name: 'dind', $patch: 'delete' }] } });
    expect(without.pod.spec.initContainers).toEqual(without.plain.spec.initContainers);
  });

  it('the container that writes the variables of jobs, which stays an ordinary one', () => {
    const base = aSpec({ runner: { ...aSpec().runner, envFrom: [{ secretRef: { name: 'variables' } }] } });
    const { pod } = templated({ spec: { initContainers: [{ name: 'job-env', restartPolicy: 'Always' }] } }, base);
    expect(pod.spec.initContainers?.map(({ name, restartPolicy }) => ({ name, restartPolicy }))).toEqual([
      { name: 'job-env', restartPolicy: undefined },
      { name: 'dind', restartPolicy: 'Always' },
    ]);
  });
});

describe("a user's template can", () => {
  it.each<{ rights: object; is: object; because: string }>([
    { rights: { privileged: true }, is: { privileged: true }, because: 'make the runner privileged' },
    {
      rights: { capabilities: { add: ['CAP_SYS_ADMIN'] } },
      is: { capabilities: { drop: ['ALL'], add: ['CAP_SYS_ADMIN'] } },
      because: 'give it CAP_SYS_ADMIN',
    },
  ])('$because, which Kubernetes refuses beside allowPrivilegeEscalation: false', ({ rights, is }) => {
    const { pod } = templated({ spec: { containers: [{ name: 'runner', securityContext: rights }] } }, hostSpec());
    expect(pod.spec.containers[0]?.securityContext).toMatchObject({ ...is, readOnlyRootFilesystem: true });
    expect(pod.spec.containers[0]?.securityContext).not.toHaveProperty('allowPrivilegeEscalation');
  });

  it('change what the fields of the spec say about placement', () => {
    const spec = hostSpec({
      nodeSelector: { disk: 'ssd' },
      runtimeClassName: 'gvisor',
      resources: { requests: { cpu: '1' } },
      imagePullSecrets: [{ name: 'one' }],
    });
    const { pod } = templated(
      {
        spec: {
          nodeSelector: { disk: null, arch: 'arm64' },
          runtimeClassName: null,
          imagePullSecrets: [{ name: 'two' }],
          containers: [{ name: 'runner', resources: { requests: { memory: '1Gi' } } }],
        },
      },
      spec,
    );
    expect(pod.spec.nodeSelector).toEqual({ arch: 'arm64' });
    expect(pod.spec).not.toHaveProperty('runtimeClassName');
    expect(pod.spec.imagePullSecrets?.map(({ name }) => name).toSorted()).toEqual(['one', 'two']);
    expect(pod.spec.containers[0]?.resources).toEqual({ requests: { cpu: '1', memory: '1Gi' } });
  });

  it('replace the labels that Kubernetes recommends', () => {
    const { pod } = templated({ metadata: { labels: { 'app.kubernetes.io/name': 'ci' } } }, hostSpec());
    expect(pod.metadata?.labels).toMatchObject({ 'app.kubernetes.io/name': 'ci', 'app.kubernetes.io/instance': 'linux' });
  });

  it("not show the runner's token to another container", () => {
    const mount = { mountPath: '/x', name: 'credentials' };
    const { pod } = templated(
      { spec: { containers: [{ name: 'other', volumeMounts: [mount] }], initContainers: [{ name: 'first', volumeMounts: [mount] }] } },
      hostSpec(),
    );
    expect(pod.spec.containers[1]).toEqual({ name: 'other' });
    expect(pod.spec.initContainers).toEqual([{ name: 'first' }]);
  });

  it('not show the secrets of cache and jobs to another container, nor elsewhere in ours', () => {
    const base = hostSpec({
      cache: { server: { size: '10Gi' } },
      runner: { ...aSpec().runner, envFrom: [{ secretRef: { name: 'variables' } }] },
    });
    const volumeMounts = ['cache', 'job-env', 'job-env-from-0'].map((name) => ({ name, mountPath: `/x/${name}` }));
    const containers = [
      { name: 'runner', volumeMounts },
      { name: 'other', volumeMounts },
    ];
    const initContainers = [
      { name: 'job-env', volumeMounts },
      { name: 'first', volumeMounts },
    ];
    const { pod, plain } = templated({ spec: { containers, initContainers } }, base);
    expect(pod.spec.containers).toEqual([...plain.spec.containers, { name: 'other' }]);
    expect(pod.spec.initContainers).toEqual([...(plain.spec.initContainers ?? []), { name: 'first' }]);
  });

  it('mount a volume of its own that is called as a secret one of ours is elsewhere', () => {
    const volumeMounts = [{ name: 'cache', mountPath: '/x' }];
    const { pod } = templated(
      { spec: { containers: [{ name: 'other', volumeMounts }], volumes: [{ name: 'cache', emptyDir: {} }] } },
      hostSpec(),
    );
    expect(pod.spec.containers[1]).toEqual({ name: 'other', volumeMounts });
  });

  it('name an ordinary init container dind where there is no sidecar', () => {
    const { pod } = templated({ spec: { initContainers: [{ name: 'dind', image: 'x' }] } }, hostSpec());
    expect(pod.spec.initContainers).toEqual([{ name: 'dind', image: 'x' }]);
  });

  it('take away every variable and mount that is not reserved', () => {
    const { pod } = templated({ spec: { containers: [{ name: 'runner', env: null, volumeMounts: null }] } }, hostSpec());
    expect(pod.spec.containers[0]?.env).toEqual([{ name: 'PROBE_SECONDS', value: '5' }]);
    expect(pod.spec.containers[0]?.volumeMounts?.map(({ mountPath }) => mountPath)).toEqual(['/etc/runner', '/run/credentials', '/tmp']);
  });
});
