import { describe, expect, it } from 'vitest';
import { objectAt } from '../../src/hooks/wire.ts';
import { schemaErrors } from '../children/support/kubernetes-schema.ts';
import {
  filesBeside,
  find,
  INSTALLS,
  listAt,
  manifestsOf,
  readObject,
  readText,
  resourcesOf,
  stringsAt,
  under,
} from './support/manifests.ts';

const all = INSTALLS.flatMap(manifestsOf);
const CUSTOM_KINDS = ['CustomResourceDefinition', 'CompositeController'];
const builtIn = all.filter(({ kind }) => !CUSTOM_KINDS.includes(kind));

const API_VERSIONS: Readonly<Record<string, string>> = {
  Namespace: 'v1',
  Service: 'v1',
  ServiceAccount: 'v1',
  Deployment: 'apps/v1',
  PodDisruptionBudget: 'policy/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  ClusterRole: 'rbac.authorization.k8s.io/v1',
  ClusterRoleBinding: 'rbac.authorization.k8s.io/v1',
  Role: 'rbac.authorization.k8s.io/v1',
  RoleBinding: 'rbac.authorization.k8s.io/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
  CompositeController: 'metacontroller.k8s.io/v1alpha1',
};
const WITHOUT_NAMESPACE = ['Namespace', 'ClusterRole', 'ClusterRoleBinding', ...CUSTOM_KINDS];

describe('every shipped manifest', () => {
  it.each(builtIn)('is what the API server knows: $file $kind $name', ({ kind, object }) => {
    expect(schemaErrors(kind, object)).toEqual([]);
  });

  it.each(all)('has the present version of its API, and a namespace if its kind has one: $file $kind $name', (manifest) => {
    expect(manifest.apiVersion).toBe(API_VERSIONS[manifest.kind]);
    expect(manifest.namespace === null).toBe(WITHOUT_NAMESPACE.includes(manifest.kind));
  });

  it.each(all.filter(({ kind }) => kind !== 'CustomResourceDefinition'))(
    'is labelled as part of the operator: $file $kind $name',
    (manifest) => {
      const labels = under(manifest.object, 'metadata', 'labels');
      expect(labels).toMatchObject({
        'app.kubernetes.io/name': expect.stringMatching(/^(forgejo-runner-operator|metacontroller)$/),
        'app.kubernetes.io/part-of': 'forgejo-runner-operator',
      });
    },
  );

  it('is applied once', () => {
    const keys = all.map(({ kind, namespace, name }) => `${kind} ${namespace ?? ''}/${name}`);
    expect(keys).toEqual([...new Set(keys)]);
  });

  it.each([...INSTALLS, 'metacontroller', 'crds'])('is listed by its kustomization: %s', (folder) => {
    expect([...filesBeside(folder)].toSorted()).toEqual(
      resourcesOf(folder)
        .filter((name) => name.endsWith('.yaml'))
        .toSorted(),
    );
  });

  it('the install of the operator brings its resource and its controller along', () => {
    const kinds = manifestsOf('deploy/base').map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(CUSTOM_KINDS));
  });
});

describe('secrets', () => {
  it('no Secret is shipped, and none is generated from a value in a file', () => {
    expect(all.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    for (const folder of INSTALLS) expect(readObject(`${folder}/kustomization.yaml`)).not.toHaveProperty('secretGenerator');
  });

  it('nothing that looks like a token stands in a manifest', () => {
    const files = [...new Set(all.map(({ file }) => file)), ...INSTALLS.map((folder) => `${folder}/kustomization.yaml`)];
    for (const file of files.filter((name) => !name.startsWith('crds/')))
      expect(readText(file)).not.toMatch(/[0-9a-f]{32}|[A-Za-z0-9+/]{40}/);
  });
});

describe('every shipped Pod', () => {
  const pods = all
    .filter(({ kind }) => kind === 'Deployment')
    .map(({ name, object }) => ({ name, spec: under(object, 'spec', 'template', 'spec'), object }));

  it.each(pods)('meets the restricted Pod security standard with a root file system that is read-only: $name', ({ spec }) => {
    expect(spec['securityContext']).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    for (const container of listAt(spec, 'containers')) {
      expect(container['securityContext']).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it.each(pods)('runs in a namespace that enforces it: $name', ({ object }) => {
    const namespace = String(objectAt(object, 'metadata')['namespace']);
    expect(under(find(all, 'Namespace', namespace), 'metadata', 'labels')).toHaveProperty(
      ['pod-security.kubernetes.io/enforce'],
      'restricted',
    );
  });

  it.each(pods)('says what it needs, has probes, and a version in its image: $name', ({ spec }) => {
    for (const container of listAt(spec, 'containers')) {
      expect(container['image']).toMatch(/:v?\d+\.\d+\.\d+$/);
      expect(container).toMatchObject({ resources: { requests: { cpu: expect.any(String), memory: expect.any(String) } } });
      expect(container).toMatchObject({ resources: { limits: { memory: expect.any(String) } } });
      expect(Object.keys(container)).toEqual(expect.arrayContaining(['startupProbe', 'livenessProbe', 'readinessProbe']));
    }
  });

  it.each(pods)('is selected by its Deployment and by one disruption budget: $name', ({ name, object }) => {
    const labels = under(object, 'spec', 'template', 'metadata', 'labels');
    expect(labels).toMatchObject(under(object, 'spec', 'selector', 'matchLabels'));
    expect(labels).toMatchObject(under(find(all, 'PodDisruptionBudget', name), 'spec', 'selector', 'matchLabels'));
  });
});

describe('the arguments of Metacontroller', () => {
  const [container] = listAt(find(all, 'Deployment', 'metacontroller'), 'spec', 'template', 'spec', 'containers');
  const args = stringsAt(container ?? {}, 'args');

  it('keep the data of Secrets out of annotations and hook bodies out of the log', () => {
    expect(args).toContain('--apply-strategy=server-side-apply');
    expect(args).toContain('--zap-log-level=error');
  });

  it('select our controller by a label that it has', () => {
    const selector = args
      .find((argument) => argument.startsWith('--target-label-selector='))
      ?.split('=')
      .slice(1);
    expect(under(find(all, 'CompositeController'), 'metadata', 'labels')).toHaveProperty([selector?.[0] ?? ''], selector?.[1]);
  });

  it('elect a leader in the namespace whose Role allows it', () => {
    expect(args).toContain('--leader-election');
    expect(args).toContain(`--leader-election-namespace=${objectAt(find(all, 'Role'), 'metadata')['namespace']}`);
  });
});
