import { describe, expect, it } from 'vitest';
import { mergeTemplate } from '../../src/children/merge-template.ts';

const base = {
  metadata: { labels: { app: 'runner' } },
  spec: {
    containers: [{ name: 'runner', image: 'a', command: ['x', 'y'], env: [{ name: 'HOME', value: '/h' }] }],
    volumes: [{ name: 'home', emptyDir: {} }],
    securityContext: { runAsUser: 1000, fsGroup: 1000 },
  },
};

describe('a patch', () => {
  it.each([
    { patch: {}, merged: base, because: 'nothing is asked for' },
    {
      patch: { metadata: { labels: { team: 'x' } } },
      merged: { ...base, metadata: { labels: { app: 'runner', team: 'x' } } },
      because: 'maps merge',
    },
    {
      patch: { spec: { securityContext: { fsGroup: null } } },
      merged: { ...base, spec: { ...base.spec, securityContext: { runAsUser: 1000 } } },
      because: 'null deletes',
    },
    {
      patch: { spec: { securityContext: { $patch: 'replace', runAsUser: 0 } } },
      merged: { ...base, spec: { ...base.spec, securityContext: { runAsUser: 0 } } },
      because: '$patch: replace in a map',
    },
    {
      patch: { metadata: { labels: { $patch: 'delete' } } },
      merged: { ...base, metadata: {} },
      because: '$patch: delete in a map',
    },
    {
      patch: { spec: { securityContext: { $retainKeys: ['fsGroup'], fsGroup: 5 } } },
      merged: { ...base, spec: { ...base.spec, securityContext: { runAsUser: 1000, fsGroup: 5 } } },
      because: 'other directives are dropped',
    },
    {
      patch: { spec: { containers: 'all', securityContext: 'none' } },
      merged: base,
      because: 'a value of another type than the field is none',
    },
    {
      patch: { spec: { securityContext: ['none'] } },
      merged: base,
      because: 'a list where a map belongs is none',
    },
  ])('is merged: $because', ({ patch, merged }) => {
    expect(mergeTemplate(base, patch)).toEqual(merged);
  });

  it('changes neither the template nor itself', () => {
    const before = structuredClone(base);
    mergeTemplate(base, { spec: { containers: [{ name: 'runner', $patch: 'delete' }], volumes: null } });
    expect(base).toEqual(before);
  });

  it('may hold a key that JavaScript has a meaning for', () => {
    const patch: Record<string, unknown> = JSON.parse('{"metadata":{"labels":{"__proto__":"x"}}}');
    expect(JSON.stringify(mergeTemplate({}, patch))).toBe('{"metadata":{"labels":{"__proto__":"x"}}}');
  });
});

describe('a list', () => {
  interface Row {
    readonly field: string;
    readonly from: readonly unknown[];
    readonly patch: readonly unknown[];
    readonly merged: readonly unknown[];
    readonly because: string;
  }

  const rows: readonly Row[] = [
    {
      field: 'containers',
      from: [{ name: 'runner', image: 'a', command: ['x', 'y'] }],
      patch: [{ name: 'runner', command: ['z'] }, { name: 'extra' }],
      merged: [{ name: 'runner', image: 'a', command: ['z'] }, { name: 'extra' }],
      because: 'containers merge by name, and a list of words is replaced',
    },
    {
      field: 'initContainers',
      from: [{ name: 'a' }, { name: 'b' }],
      patch: [{ name: 'a', $patch: 'delete' }],
      merged: [{ name: 'b' }],
      because: '$patch: delete takes one out',
    },
    {
      field: 'initContainers',
      from: [{ name: 'a' }],
      patch: [{ name: 'x', $patch: 'delete' }],
      merged: [{ name: 'a' }],
      because: 'what is not there need not be deleted',
    },
    {
      field: 'containers',
      from: [{ name: 'a', image: 'x', tty: true }],
      patch: [{ name: 'a', image: 'y', $patch: 'replace' }],
      merged: [{ name: 'a', image: 'y' }],
      because: '$patch: replace in an entry replaces that entry',
    },
    {
      field: 'env',
      from: [{ name: 'A', value: '1' }],
      patch: [{ $patch: 'replace' }, { name: 'B', value: '2' }],
      merged: [{ name: 'B', value: '2' }],
      because: '$patch: replace by itself replaces the list',
    },
    {
      field: 'env',
      from: [{ name: 'A', value: '1' }],
      patch: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      merged: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      because: 'a variable has one source',
    },
    {
      field: 'volumes',
      from: [{ name: 'home', emptyDir: {} }],
      patch: [{ name: 'home', persistentVolumeClaim: { claimName: 'c' } }],
      merged: [{ name: 'home', persistentVolumeClaim: { claimName: 'c' } }],
      because: 'a volume has one source',
    },
    {
      field: 'volumes',
      from: [{ name: 'home', emptyDir: { medium: 'Memory' } }],
      patch: [{ name: 'home', emptyDir: { sizeLimit: '1Gi' } }],
      merged: [{ name: 'home', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } }],
      because: 'and the same source merges',
    },
    {
      field: 'volumeMounts',
      from: [{ mountPath: '/a', name: 'x' }],
      patch: [
        { mountPath: '/a', name: 'y' },
        { mountPath: '/b', name: 'x' },
      ],
      merged: [
        { mountPath: '/a', name: 'y' },
        { mountPath: '/b', name: 'x' },
      ],
      because: 'mounts merge by path',
    },
    {
      field: 'ports',
      from: [{ containerPort: 53 }],
      patch: [
        { containerPort: 53, protocol: 'UDP' },
        { containerPort: 53, protocol: 'TCP', name: 'dns' },
      ],
      merged: [
        { containerPort: 53, protocol: 'TCP', name: 'dns' },
        { containerPort: 53, protocol: 'UDP' },
      ],
      because: 'ports merge by number and protocol, which is TCP when it is missing',
    },
    {
      field: 'tolerations',
      from: [{ key: 'ci', effect: 'NoSchedule' }],
      patch: [
        { key: 'ci', effect: 'NoExecute' },
        { key: 'ci', effect: 'NoSchedule', operator: 'Exists' },
      ],
      merged: [
        { key: 'ci', effect: 'NoSchedule', operator: 'Exists' },
        { key: 'ci', effect: 'NoExecute' },
      ],
      because: 'tolerations merge by key and effect',
    },
    {
      field: 'imagePullSecrets',
      from: [{ name: 'a' }],
      patch: [{ name: 'a' }, { name: 'b' }],
      merged: [{ name: 'a' }, { name: 'b' }],
      because: 'pull secrets merge by name',
    },
    {
      field: 'topologySpreadConstraints',
      from: [{ topologyKey: 'zone', maxSkew: 1 }],
      patch: [{ topologyKey: 'zone', maxSkew: 2 }],
      merged: [{ topologyKey: 'zone', maxSkew: 2 }],
      because: 'spread constraints merge by topology key',
    },
    {
      field: 'readinessGates',
      from: [{ conditionType: 'a' }],
      patch: [{ conditionType: 'b', other: null }, null, { $patch: 'delete' }],
      merged: [{ conditionType: 'b' }],
      because: 'a list without a key is replaced, less null and directives',
    },
  ];

  it.each(rows)('of $field: $because', ({ field, from, patch, merged }) => {
    expect(mergeTemplate({ [field]: from }, { [field]: patch })).toEqual({ [field]: merged });
  });
});
