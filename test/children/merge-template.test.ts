import { describe, expect, it } from 'vitest';
import { mergeTemplate } from '../../src/children/merge/merge-template.ts';

const base = {
  metadata: { labels: { app: 'runner' }, finalizers: ['a/1', 'a/2', 'a/3'] },
  spec: {
    containers: [{ name: 'runner', image: 'a', command: ['x', 'y', 'z'], env: [{ name: 'HOME', value: '/h' }] }],
    volumes: [{ name: 'home', emptyDir: {} }],
    securityContext: { runAsUser: 1000, fsGroup: 1000 },
  },
};

function withSpec(changes: object): object {
  return { ...base, spec: { ...base.spec, ...changes } };
}

function withMetadata(changes: object): object {
  return { ...base, metadata: { ...base.metadata, ...changes } };
}

describe('a map', () => {
  it.each([
    { patch: {}, merged: base, because: 'nothing is asked for' },
    {
      patch: { metadata: { labels: { team: 'x' } } },
      merged: withMetadata({ labels: { app: 'runner', team: 'x' } }),
      because: 'members merge',
    },
    {
      patch: { spec: { securityContext: { fsGroup: null } } },
      merged: withSpec({ securityContext: { runAsUser: 1000 } }),
      because: 'null deletes',
    },
    {
      patch: { spec: { hostNetwork: null, affinity: { nodeAffinity: null } } },
      merged: withSpec({ affinity: {} }),
      because: 'null in what is new is nothing',
    },
    {
      patch: { spec: { securityContext: { $patch: 'replace', runAsUser: 0, fsGroup: null } } },
      merged: withSpec({ securityContext: { runAsUser: 0 } }),
      because: '$patch: replace takes what the patch says',
    },
    {
      patch: { metadata: { labels: { $patch: 'delete' } } },
      merged: withMetadata({ labels: {} }),
      because: '$patch: delete empties it',
    },
    {
      patch: { spec: { affinity: { $patch: 'replace', nodeAffinity: {} }, dnsConfig: { $patch: 'delete' } } },
      merged: base,
      because: 'kubectl drops a map with a $patch that the base lacks',
    },
    {
      patch: { spec: { securityContext: { $patch: 'merge', runAsUser: 5 } } },
      merged: base,
      because: 'kubectl refuses any other $patch',
    },
    {
      patch: { spec: { securityContext: { $retainKeys: ['fsGroup'], fsGroup: 5 } } },
      merged: withSpec({ securityContext: { fsGroup: 5 } }),
      because: '$retainKeys takes the other fields away',
    },
    {
      patch: { spec: { securityContext: { $retainKeys: ['fsGroup', 'runAsUser'], runAsUser: null } } },
      merged: withSpec({ securityContext: { fsGroup: 1000 } }),
      because: '$retainKeys may name what is deleted',
    },
    {
      patch: { spec: { securityContext: { $retainKeys: ['fsGroup'], runAsUser: 5 } } },
      merged: base,
      because: 'kubectl refuses a field that $retainKeys lacks',
    },
    {
      patch: { spec: { securityContext: { $retainKeys: 'fsGroup', fsGroup: 5 } } },
      merged: base,
      because: 'and $retainKeys that is no list',
    },
    {
      patch: { spec: { containers: 'all', securityContext: ['none'], volumes: { a: 1 }, hostAliases: 'none', initContainers: ['x'] } },
      merged: base,
      because: 'what is of another type than the field leaves it',
    },
    {
      patch: { metadata: { finalizers: { a: 1 } }, spec: { securityContext: { runAsUser: { a: 1 } } } },
      merged: base,
      because: 'also deeper',
    },
  ])('is merged: $because', ({ patch, merged }) => {
    expect(mergeTemplate(base, patch)).toEqual(merged);
  });

  it('is empty when the whole template is deleted', () => {
    expect(mergeTemplate(base, { $patch: 'delete' })).toEqual({});
  });

  it('may hold a key that JavaScript has a meaning for', () => {
    const patch: Record<string, unknown> = JSON.parse('{"metadata":{"labels":{"__proto__":"x"}}}');
    expect(JSON.stringify(mergeTemplate({}, patch))).toBe('{"metadata":{"labels":{"__proto__":"x"}}}');
    expect(JSON.stringify(mergeTemplate({ metadata: { labels: {} } }, patch))).toBe('{"metadata":{"labels":{"__proto__":"x"}}}');
  });
});

interface ListRow {
  readonly field: string;
  readonly from: readonly unknown[];
  /** The list of the patch, or all that it says. */
  readonly patch: readonly unknown[] | Readonly<Record<string, unknown>>;
  readonly merged: readonly unknown[];
  readonly because: string;
}

describe('a list of the Pod', () => {
  const rows: readonly ListRow[] = [
    {
      field: 'containers',
      from: [{ name: 'runner', image: 'a', command: ['x', 'y'] }],
      patch: [{ name: 'runner', command: ['z'] }],
      merged: [{ name: 'runner', image: 'a', command: ['z'] }],
      because: 'containers merge by name, and a list of words is replaced',
    },
    {
      field: 'containers',
      from: [{ name: 'runner' }],
      patch: [{ name: 'extra', image: null, env: [{ name: 'A', $patch: 'delete' }] }],
      merged: [{ name: 'extra', env: [] }, { name: 'runner' }],
      because: 'a new entry comes before what only the base has, without null and directives',
    },
    {
      field: 'containers',
      from: [{ name: 'runner' }, { name: 'b' }],
      patch: [{ name: 'b', tty: true }, { name: 'extra' }],
      merged: [{ name: 'runner' }, { name: 'b', tty: true }, { name: 'extra' }],
      because: 'of an entry that both have the base knows the place',
    },
    {
      field: 'initContainers',
      from: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
      patch: [{ name: 'c' }, { name: 'a' }],
      merged: [{ name: 'b' }, { name: 'c' }, { name: 'a' }],
      because: 'what the patch names stands in the order of the patch',
    },
    {
      field: 'initContainers',
      from: [{ name: 'a' }, { name: 'b' }],
      patch: [
        { name: 'a', $patch: 'delete' },
        { name: 'x', $patch: 'delete' },
      ],
      merged: [{ name: 'b' }],
      because: '$patch: delete takes one out, if it is there',
    },
    {
      field: 'containers',
      from: [{ name: 'a', image: 'x' }, { name: 'b' }],
      patch: [{ name: 'a', image: 'y', $patch: 'replace' }, { name: 'c' }],
      merged: [{ name: 'c' }],
      because: '$patch: replace in any entry replaces the list by the other entries',
    },
    {
      field: 'imagePullSecrets',
      from: [{ name: 'a' }],
      patch: [{ $patch: 'replace' }],
      merged: [],
      because: 'by none, when there are none',
    },
    {
      field: 'initContainers',
      from: [{ name: 'a' }],
      patch: [{ name: 'b' }, { name: 'a', $patch: 'merge' }],
      merged: [{ name: 'a' }],
      because: 'kubectl refuses $patch: merge in an entry',
    },
    {
      field: 'initContainers',
      from: [{ name: 'a' }],
      patch: [{ name: 'b' }, { image: 'x' }],
      merged: [{ name: 'a' }],
      because: 'kubectl refuses an entry without its merge key',
    },
    {
      field: 'initContainers',
      from: [{ name: 'a' }],
      patch: [{ name: 'b' }, 'c'],
      merged: [{ name: 'a' }],
      because: 'and one that is no map',
    },
    {
      field: 'initContainers',
      from: [{ name: 'a' }],
      patch: [{ name: 'b' }, { name: 'b', image: 'x' }],
      merged: [{ name: 'b', image: 'x' }, { name: 'a' }],
      because: 'two of the same key are one',
    },
    {
      field: 'initContainers',
      from: [{ name: 'a' }],
      patch: [
        { name: 'b', lifecycle: { $patch: 'replace', preStop: {} } },
        { name: 'b', lifecycle: { $patch: 'replace', postStart: {} } },
      ],
      merged: [{ name: 'b', lifecycle: { postStart: {} } }, { name: 'a' }],
      because: 'the second merges over what the first says, directives and all',
    },
    {
      field: 'initContainers',
      from: [{ name: 'a' }],
      patch: [{ name: 'b', lifecycle: { $patch: null, preStop: {} } }],
      merged: [{ name: 'b', lifecycle: { preStop: {} } }, { name: 'a' }],
      because: 'a $patch of null is none',
    },
    {
      field: 'initContainers',
      from: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
      patch: { '$setElementOrder/initContainers': [{ name: 'c' }, { name: 'new' }, { name: 'a' }], initContainers: [{ name: 'new' }] },
      merged: [{ name: 'b' }, { name: 'c' }, { name: 'new' }, { name: 'a' }],
      because: '$setElementOrder gives the order, and what it lacks keeps its place',
    },
    {
      field: 'initContainers',
      from: [{ name: 'a' }, { name: 'b' }],
      patch: { '$setElementOrder/initContainers': [{ name: 'b' }, { name: 'a' }] },
      merged: [{ name: 'b' }, { name: 'a' }],
      because: '$setElementOrder needs no list beside it',
    },
    {
      field: 'initContainers',
      from: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
      patch: {
        '$setElementOrder/initContainers': [{ name: 'x' }, { name: 'c' }],
        initContainers: [{ name: 'a', $patch: 'delete' }, { name: 'x' }],
      },
      merged: [{ name: 'b' }, { name: 'x' }, { name: 'c' }],
      because: 'a new entry takes the place of a deleted one in the order of the base',
    },
    {
      field: 'initContainers',
      from: [{ name: 'a' }],
      patch: { '$setElementOrder/initContainers': [{ name: 'a' }], initContainers: [{ name: 'b' }] },
      merged: [{ name: 'a' }],
      because: 'kubectl refuses an order that lacks what the patch names',
    },
    {
      field: 'initContainers',
      from: [{ name: 'a' }],
      patch: { '$setElementOrder/initContainers': [{ image: 'a' }], initContainers: [{ name: 'a', image: 'x' }] },
      merged: [{ name: 'a' }],
      because: 'and one without merge keys',
    },
    {
      field: 'initContainers',
      from: [{ name: 'a' }],
      patch: { '$setElementOrder/initContainers': 'a', initContainers: [{ name: 'a', image: 'x' }] },
      merged: [{ name: 'a' }],
      because: 'and one that is no list',
    },
    {
      field: 'initContainers',
      from: [{ name: 'a' }, { name: 'b' }],
      patch: { '$setElementOrder/initContainers': [], initContainers: [{ name: 'c' }, { name: 'd' }] },
      merged: [{ name: 'a' }, { name: 'b' }, { name: 'd' }, { name: 'c' }],
      because: 'in an empty order nothing has a place, which turns what is new about',
    },
    {
      field: 'volumes',
      from: [{ name: 'all', projected: { sources: [{ secret: { name: 'x' } }] } }],
      patch: [{ name: 'all', projected: { sources: [{ configMap: { name: 'y' } }] } }],
      merged: [{ name: 'all', projected: { sources: [{ configMap: { name: 'y' } }] } }],
      because: 'the sources of a projected volume are one list',
    },
    {
      field: 'volumes',
      from: [{ name: 'a', ephemeral: { volumeClaimTemplate: { metadata: { finalizers: ['x/1'] } } } }],
      patch: [{ name: 'a', ephemeral: { volumeClaimTemplate: { metadata: { finalizers: ['x/2'] } } } }],
      merged: [{ name: 'a', ephemeral: { volumeClaimTemplate: { metadata: { finalizers: ['x/2', 'x/1'] } } } }],
      because: 'the metadata of a claim merges as that of a Pod',
    },
    {
      field: 'tolerations',
      from: [{ key: 'ci', effect: 'NoSchedule' }],
      patch: [{ key: 'gpu', value: null }, { key: 'ci', $patch: 'delete' }, null],
      merged: [{ key: 'gpu' }],
      because: 'tolerations have no merge key: the list is what the patch says, less null and directives',
    },
    {
      field: 'readinessGates',
      from: [{ conditionType: 'a' }],
      patch: [{ conditionType: 'b' }],
      merged: [{ conditionType: 'b' }],
      because: 'nor have readiness gates',
    },
    {
      field: 'tolerations',
      from: [{ key: 'a' }],
      patch: { '$setElementOrder/tolerations': [{ key: 'b' }], tolerations: [{ key: 'b' }] },
      merged: [{ key: 'a' }],
      because: 'kubectl can order no list of maps without a merge key',
    },
    {
      field: 'hostAliases',
      from: [{ ip: '10.0.0.1', hostnames: ['a'] }],
      patch: [{ ip: '10.0.0.1', hostnames: ['b'] }],
      merged: [{ ip: '10.0.0.1', hostnames: ['b'] }],
      because: 'host aliases merge by address, and their names are replaced',
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
      patch: [{ topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
      merged: [{ topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' }],
      because: 'spread constraints merge by topology key',
    },
    {
      field: 'env',
      from: [{ name: 'A', value: '1' }],
      patch: [{ name: 'B', value: '2' }],
      merged: [{ name: 'B', value: '2' }],
      because: 'a field of a container has no meaning in a Pod',
    },
  ];

  it.each(rows)('$field: $because', ({ field, from, patch, merged }) => {
    expect(mergeTemplate({ spec: { [field]: from } }, { spec: Array.isArray(patch) ? { [field]: patch } : patch })).toEqual({
      spec: { [field]: merged },
    });
  });
});

describe('a list of a container', () => {
  const rows: readonly ListRow[] = [
    {
      field: 'ports',
      from: [
        { containerPort: 53, protocol: 'TCP' },
        { containerPort: 80, name: 'web' },
      ],
      patch: [{ containerPort: 53, protocol: 'UDP' }],
      merged: [
        { containerPort: 53, protocol: 'UDP' },
        { containerPort: 80, name: 'web' },
      ],
      because: 'ports merge by number alone',
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
      field: 'volumeDevices',
      from: [{ devicePath: '/dev/a', name: 'x' }],
      patch: [{ devicePath: '/dev/a', name: 'y' }],
      merged: [{ devicePath: '/dev/a', name: 'y' }],
      because: 'devices merge by path',
    },
    {
      field: 'args',
      from: ['a', 'b', 'a', 'c'],
      patch: { '$deleteFromPrimitiveList/args': ['a', 'x'] },
      merged: ['b', 'c'],
      because: '$deleteFromPrimitiveList works in any list of words',
    },
    {
      field: 'args',
      from: ['a'],
      patch: { '$deleteFromPrimitiveList/args': [1] },
      merged: ['a'],
      because: 'kubectl refuses to compare words with numbers',
    },
    {
      field: 'args',
      from: ['a'],
      patch: { '$deleteFromPrimitiveList/args': 'a' },
      merged: ['a'],
      because: 'what goes is a list',
    },
    {
      field: 'volumes',
      from: [{ name: 'a' }],
      patch: [{ name: 'b' }],
      merged: [{ name: 'b' }],
      because: 'a field of a Pod has no meaning in a container',
    },
  ];

  it.each(rows)('$field: $because', ({ field, from, patch, merged }) => {
    const asked = Array.isArray(patch) ? { [field]: patch } : patch;
    const template = (container: object) => ({ spec: { containers: [{ name: 'c', ...container }] } });
    expect(mergeTemplate(template({ [field]: from }), template(asked))).toEqual(template({ [field]: merged }));
  });

  it('goes when what goes from it is null, as in kubectl', () => {
    const patch = { spec: { containers: [{ name: 'runner', '$deleteFromPrimitiveList/command': null }] } };
    const [{ command: _, ...container } = {}] = base.spec.containers;
    expect(mergeTemplate(base, patch)).toEqual(withSpec({ containers: [container] }));
  });
});

describe('finalizers', () => {
  it.each([
    { patch: { finalizers: ['a/9', 'a/2'] }, merged: ['a/9', 'a/1', 'a/2', 'a/3'], because: 'they merge as a set' },
    { patch: { '$deleteFromPrimitiveList/finalizers': ['a/2'] }, merged: ['a/1', 'a/3'], because: 'one can be taken out' },
    {
      patch: { '$setElementOrder/finalizers': ['a/3', 'a/9', 'a/1'], finalizers: ['a/9'] },
      merged: ['a/2', 'a/3', 'a/9', 'a/1'],
      because: 'they can be ordered',
    },
    { patch: { finalizers: [1] }, merged: ['a/1', 'a/2', 'a/3'], because: 'kubectl refuses a list of two types' },
  ])('merge: $because', ({ patch, merged }) => {
    expect(mergeTemplate(base, { metadata: patch })).toEqual(withMetadata({ finalizers: merged }));
  });

  it('are taken as they are when the base has none', () => {
    const metadata = { '$setElementOrder/finalizers': ['b', 'a'], '$deleteFromPrimitiveList/finalizers': ['c'], finalizers: ['a'] };
    expect(mergeTemplate({}, { metadata })).toEqual({ metadata: { finalizers: ['a'] } });
    expect(mergeTemplate({ metadata: {} }, { metadata })).toEqual({ metadata: { finalizers: ['a'] } });
  });

  it('are not made up by an order alone', () => {
    expect(mergeTemplate({ metadata: {} }, { metadata: { '$setElementOrder/finalizers': ['b'] } })).toEqual({ metadata: {} });
  });
});
