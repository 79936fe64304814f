/** Metacontroller's rights are exactly what its controller, our hooks and its own work ask for. */
import { describe, expect, it } from 'vitest';
import { GROUP, KIND, PLURAL } from '../../src/api/keys.ts';
import { customize } from '../../src/hooks/customize.ts';
import { objectAt, textAt, type WireObject } from '../../src/hooks/wire.ts';
import { find, INSTALLS, listAt, manifestsOf, stringsAt, under } from './support/manifests.ts';

const all = INSTALLS.flatMap(manifestsOf);
const READ = ['get', 'list', 'watch'];
/** `create` and `patch` make children, `update` adopts and releases them. */
const WRITE = ['create', 'update', 'patch', 'delete'];

const PREFIX = 'forgejo-runner-operator-metacontroller';
const controller = find(all, 'CompositeController');
const related = customize({
  parent: {
    apiVersion: 'forgejo-runner-operator.dev/v1alpha1',
    kind: KIND,
    metadata: { name: 'linux', namespace: 'ci', uid: 'a', generation: 1, creationTimestamp: '2026-11-25T00:00:00Z' },
    spec: { forgejo: { tokenSecretRef: { name: 'a' }, caSecretRef: { name: 'b' }, caConfigMapRef: { name: 'c' } } },
  },
}).relatedResources;
const children = listAt(controller, 'spec', 'childResources');

/** `group/resource verb`, one for each right. */
function rights(resource: string, verbs: readonly string[]): readonly string[] {
  return verbs.map((verb) => `${resource} ${verb}`);
}

function resourceName({ apiVersion, resource }: WireObject): string {
  const [group, version] = String(apiVersion).split('/');
  return version === undefined ? `/${String(resource)}` : `${group}/${String(resource)}`;
}

function rightsOf(role: WireObject): readonly string[] {
  return listAt(role, 'rules').flatMap((rule) =>
    stringsAt(rule, 'apiGroups').flatMap((group) =>
      stringsAt(rule, 'resources').flatMap((resource) => rights(`${group}/${resource}`, stringsAt(rule, 'verbs'))),
    ),
  );
}

function sorted(list: readonly string[]): readonly string[] {
  return [...new Set(list)].toSorted();
}

describe('the rights of Metacontroller', () => {
  it('to read are its own kinds, the parent, the children and what the customize hook asks for', () => {
    const own = ['compositecontrollers', 'decoratorcontrollers', 'controllerrevisions'].map((name) => `metacontroller.k8s.io/${name}`);
    const definitions = 'apiextensions.k8s.io/customresourcedefinitions';
    const resources = [
      ...own,
      definitions,
      `${GROUP}/${PLURAL}`,
      ...children.map(resourceName),
      ...related.map((rule) => resourceName({ ...rule })),
    ];
    expect(sorted(rightsOf(find(all, 'ClusterRole', `${PREFIX}-read`)))).toEqual(sorted(resources.flatMap((name) => rights(name, READ))));
  });

  it('to write are the children, the finalizer and the status of the parent, and events', () => {
    const parent = [PLURAL, `${PLURAL}/status`, `${PLURAL}/finalizers`].flatMap((name) => rights(`${GROUP}/${name}`, ['update']));
    const expected = [
      ...children.flatMap((child) => rights(resourceName(child), WRITE)),
      ...parent,
      ...rights('/events', ['create', 'patch']),
    ];
    expect(sorted(rightsOf(find(all, 'ClusterRole', `${PREFIX}-write`)))).toEqual(sorted(expected));
  });

  it('beside them are events in `default` and the lease of its own namespace', () => {
    expect(rightsOf(find(all, 'ClusterRole', `${PREFIX}-events`))).toEqual(['/events create', '/events patch']);
    const lease = find(all, 'Role');
    expect(objectAt(lease, 'metadata')['namespace']).toBe('metacontroller');
    const expected = [...rights('coordination.k8s.io/leases', ['create', 'get', 'update']), ...rights('/events', ['create', 'patch'])];
    expect(rightsOf(lease)).toEqual(expected);
  });

  it('have no wildcard and name no right twice', () => {
    for (const { kind, object } of all.filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role')) {
      const list = rightsOf(object);
      expect(
        list.filter((right) => right.includes('*')),
        kind,
      ).toEqual([]);
      expect([...list].toSorted()).toEqual(sorted(list));
    }
  });

  it('are bound to its service account alone, each role once', () => {
    const bindings = all.filter(({ kind }) => kind.endsWith('RoleBinding'));
    for (const { object } of bindings) {
      expect(object['subjects']).toEqual([{ kind: 'ServiceAccount', name: 'metacontroller', namespace: 'metacontroller' }]);
    }
    const bound = bindings.map(({ object }) => under(object, 'roleRef')).map((ref) => `${textAt(ref, 'kind')} ${textAt(ref, 'name')}`);
    const roles = all.filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role').map(({ kind, name }) => `${kind} ${name}`);
    expect(bound.toSorted()).toEqual(roles.toSorted());
  });
});
