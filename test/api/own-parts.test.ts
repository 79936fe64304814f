/** What the renderers put into a Pod and what the rules keep a template from changing are two lists: here they meet. */
import type { PodSpec } from 'kubernetes-types/core/v1.d.ts';
import { describe, expect, it } from 'vitest';
import type { RunnerPoolSpec } from '../../src/api/spec/runnerpool.ts';
import { validateSpec } from '../../src/api/validate.ts';
import { daemonLaunch, oneJobLaunch } from '../../src/children/pod/launch.ts';
import { podTemplate } from '../../src/children/pod/pod-template.ts';
import { anInput, warmTags } from '../children/support/inputs.ts';
import { MINIMAL, patched } from './specs.ts';

const EVERYTHING = {
  forgejo: { caSecretRef: { name: 'ca' } },
  cache: { server: {} },
  identity: { openbao: { address: 'https://openbao.example.org', role: 'r', ca: { secretRef: { name: 'bao-ca' } } } },
  proxy: { https: { url: 'http://proxy.example.org:3128', credentialsSecretRef: { name: 'proxy' } } },
  runner: { envFrom: [{ secretRef: { name: 'a' } }, { secretRef: { name: 'b' } }] },
};
const TLS = { dockerHost: 'tcp://docker.example.org:2376', tlsSecretRef: { name: 'docker' } };

const POOLS = [
  { name: 'Dind', patch: {} },
  { name: 'Dind with everything', patch: EVERYTHING },
  { name: 'DindRootless', patch: { ...EVERYTHING, containerMode: { type: 'DindRootless', dind: { mtu: 1400 } } } },
  { name: 'External', patch: { ...EVERYTHING, containerMode: { type: 'External', external: TLS } } },
  { name: 'Host', patch: { ...EVERYTHING, labels: ['sh:host'], containerMode: { type: 'Host' } } },
  { name: 'Persistent', patch: { mode: 'Persistent' } },
];

function specOf(patch: unknown): RunnerPoolSpec {
  const result = validateSpec(patched(MINIMAL, patch));
  return result.ok ? result.spec : expect.fail(JSON.stringify(result.problems));
}

/** As an idle runner has it, which has one variable more than one that is made for a job. */
function renderedPod(spec: RunnerPoolSpec): PodSpec {
  const tags = warmTags();
  const launch = spec.mode === 'Persistent' ? daemonLaunch(spec, tags) : oneJobLaunch(spec, tags);
  return podTemplate(anInput({ spec, tags }), launch, 'Never').spec ?? expect.fail('a Pod has a spec');
}

/** What is refused when a template has that in the Pod. */
function refusedFields(patch: unknown, pod: unknown): readonly string[] {
  const result = validateSpec(patched(MINIMAL, patched(patch, { template: { spec: pod } })));
  return result.ok ? [] : result.problems.map(({ field }) => field.replace('spec.template.spec.', ''));
}

describe.each(POOLS)('in a pool of $name', ({ patch }) => {
  const { volumes = [], containers, initContainers = [] } = renderedPod(specOf(patch));
  const [{ env = [], volumeMounts = [] } = {}] = containers;

  it('a template can put no other volume in the place of one of the operator', () => {
    const others = volumes.map(({ name }) => ({ name, hostPath: { path: '/x' } }));
    const all = others.map((_, index) => `volumes[${index}]`);
    expect(all.length).toBeGreaterThanOrEqual(4);
    expect(refusedFields(patch, { volumes: others }).toSorted()).toEqual(all.toSorted());
  });

  it('a template can mount no secret of the operator into a container of its own', () => {
    const secret = volumes.filter(
      ({ name, secret }) => (secret !== undefined && name !== 'ca' && name !== 'openbao-ca') || name === 'job-env',
    );
    const mounts = secret.map(({ name }, index) => ({ name, mountPath: `/x/${index}` }));
    const all = mounts.map((_, index) => `initContainers[0].volumeMounts[${index}]`);
    expect(all.length).toBeGreaterThanOrEqual(1);
    expect(refusedFields(patch, { initContainers: [{ name: 'mine', image: 'x', volumeMounts: mounts }] }).toSorted()).toEqual(
      all.toSorted(),
    );
  });

  it('a template can mount nothing where the operator mounts', () => {
    const mounts = volumeMounts.map(({ mountPath }) => ({ name: 'other', mountPath }));
    const all = mounts.map((_, index) => `containers[0].volumeMounts[${index}]`);
    expect(refusedFields(patch, { containers: [{ name: 'runner', volumeMounts: mounts }] }).toSorted()).toEqual(all.toSorted());
  });

  it('a template can set no variable that the operator sets', () => {
    const variables = env.map(({ name }) => ({ name, value: 'x' }));
    const all = variables.map((_, index) => `containers[0].env[${index}]`);
    expect(refusedFields(patch, { containers: [{ name: 'runner', env: variables }] }).toSorted()).toEqual(all.toSorted());
  });

  it.each(initContainers)('a template can change nothing of the init container $name that the operator sets', (container) => {
    const { name, env: ownEnv = [], volumeMounts: ownMounts = [], restartPolicy, startupProbe } = container;
    const changes = [
      ...ownEnv.map((variable) => ({ env: [{ name: variable.name, value: 'x' }] })),
      ...ownEnv.map((variable) => ({ env: [{ name: variable.name, $patch: 'delete' }] })),
      ...ownMounts.map(({ mountPath }) => ({ volumeMounts: [{ name: 'other', mountPath }] })),
      ...ownMounts.map(({ mountPath }) => ({ volumeMounts: [{ mountPath, $patch: 'delete' }] })),
      { command: ['sh'] },
      { args: ['x'] },
      { lifecycle: { postStart: { exec: { command: ['true'] } } } },
      ...(restartPolicy === undefined ? [] : [{ restartPolicy: null }]),
      ...(startupProbe === undefined ? [] : [{ startupProbe: null }, { startupProbe: { exec: { command: ['true'] } } }]),
    ];
    const accepted = changes.filter((change) => refusedFields(patch, { initContainers: [{ name, ...change }] }).length !== 1);
    expect(accepted).toEqual([]);
  });

  it('a template can take away no container of the operator', () => {
    const list = (own: readonly { readonly name: string }[]) => own.map(({ name }) => ({ name, $patch: 'delete' }));
    const paths = refusedFields(patch, { containers: list(containers), initContainers: list(initContainers) });
    expect(new Set(paths.map((path) => path.replace(/\.\$patch$/, '')))).toEqual(
      new Set(['containers[0]', ...initContainers.map((_, index) => `initContainers[${index}]`)]),
    );
  });
});
