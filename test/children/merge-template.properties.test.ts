import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isObject } from '../../src/children/json.ts';
import { mergeTemplate } from '../../src/children/merge/merge-template.ts';
import { tagMetadata } from '../../src/children/metadata.ts';
import { podTemplates } from '../../src/children/pod/pod-templates.ts';
import { renderRunner } from '../../src/children/runner.ts';
import { deepFreeze } from '../../src/dev/deep-freeze.ts';
import { anInput, aSpec, assignedTags, pool } from './support/inputs.ts';
import { measuredAsBad } from './support/measured-as-bad.ts';

const word = fc.constantFrom('a', 'b', 'runner', 'dind', 'tmp', 'home', 'credentials', 'WARM', '');
const leaf = fc.oneof(word, fc.constantFrom(null, true, false, 0, 7, '1000m', '1024Mi'));
const flag = fc.constantFrom(null, true, false);
const quantity = fc.constantFrom(null, 1, 0.5, '1000m', '1024Mi', '1G');
const directive = fc.option(fc.constantFrom('delete', 'replace', 'merge'), { nil: undefined, freq: 3 });

const NAMES = [
  ...['metadata', 'spec', 'labels', 'finalizers', 'containers', 'volumes', 'env', 'valueFrom', 'ports', 'tolerations', 'emptyDir', 'name'],
  ...['$patch', '$retainKeys', '$setElementOrder/containers', '$setElementOrder/finalizers', '$setElementOrder/tolerations'],
  ...['$deleteFromPrimitiveList/finalizers', '$deleteFromPrimitiveList/containers', '$setElementOrder/', '__proto__'],
];

function map(members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> {
  return fc
    .record({ ...members, $patch: directive }, { requiredKeys: [] })
    .map((object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)));
}

/** Entries with one identity each, as Kubernetes demands of such lists. */
function list(entry: fc.Arbitrary<Record<string, unknown>>, keys: readonly string[]): fc.Arbitrary<unknown> {
  const identity = (item: Record<string, unknown>) => JSON.stringify(keys.map((key) => item[key] ?? null));
  return fc.option(fc.uniqueArray(entry, { maxLength: 4, selector: identity }), { freq: 6 });
}

const strings = fc.option(
  fc.dictionary(fc.constantFrom('a', 'forgejo-runner-operator.dev/runner', 'forgejo-runner-operator.dev/pool-uid'), leaf),
  {
    freq: 6,
  },
);
const env = list(map({ name: word, value: leaf, valueFrom: fc.constant({ fieldRef: { fieldPath: 'metadata.name' } }) }), ['name']);
const mounts = list(map({ mountPath: fc.constantFrom('/tmp', '/run/credentials', '/x'), name: word, readOnly: flag }), ['mountPath']);
const resources = map({ requests: map({ cpu: quantity }), limits: map({ memory: quantity }) });
const container = map({
  name: word,
  image: word,
  command: fc.array(leaf, { maxLength: 2 }),
  args: leaf,
  env,
  volumeMounts: mounts,
  resources,
  tty: flag,
});
const volume = map({ name: word, emptyDir: map({ sizeLimit: quantity }), secret: map({ secretName: word }) });
const spec = map({
  containers: list(container, ['name']),
  initContainers: list(container, ['name']),
  volumes: list(volume, ['name']),
  tolerations: list(map({ key: word, effect: word, value: leaf }), ['key', 'effect']),
  nodeSelector: strings,
  hostNetwork: flag,
  restartPolicy: leaf,
  terminationGracePeriodSeconds: leaf,
});
const template = map({ metadata: map({ labels: strings, annotations: strings }), spec });

function podOf(user: Record<string, unknown>) {
  const { metadata, spec } = user;
  return renderRunner(anInput({ spec: aSpec({ template: { ...asMember('metadata', metadata), ...asMember('spec', spec) } }) })).spec
    ?.template;
}

function asMember(key: string, value: unknown): Record<string, never> {
  return JSON.parse(JSON.stringify({ [key]: value }));
}

const plain: Record<string, unknown> = JSON.parse(JSON.stringify(podOf({})));
const ours = tagMetadata(assignedTags(), pool.uid);

/** Any JSON under names that mean something to the merge. */
const { anything } = fc.letrec((tie) => ({
  anything: fc.oneof({ maxDepth: 6, withCrossShrink: true }, leaf, tie('list'), tie('members')),
  list: fc.array(tie('anything'), { maxLength: 3 }),
  members: fc.dictionary(fc.constantFrom(...NAMES), tie('anything'), { maxKeys: 4 }),
}));
const nonsense = fc.dictionary(fc.constantFrom(...NAMES), anything, { maxKeys: 5 });

describe('whatever the template', () => {
  it('what is rendered once for many runners is what is rendered for each', () => {
    fc.assert(
      fc.property(template, (user) => {
        const { metadata, spec } = user;
        const ofPool = aSpec({ template: { ...asMember('metadata', metadata), ...asMember('spec', spec) } });
        const inputs = ['one', 'other'].map((runner) =>
          anInput({ spec: ofPool, tags: assignedTags({ runner, handle: runner, registration: { id: 1, uuid: runner } }) }),
        );
        const shared = podTemplates();
        expect(inputs.map((input) => JSON.stringify(renderRunner(input, shared)))).toEqual(
          inputs.map((input) => JSON.stringify(renderRunner(input))),
        );
      }),
    );
  });

  it('merging nothing changes nothing', () => {
    fc.assert(
      fc.property(template, (user) => {
        expect(mergeTemplate(user, {})).toEqual(user);
      }),
    );
  });

  it('the merge is total, leaves no directive, and changes neither side', () => {
    fc.assert(
      fc.property(nonsense, nonsense, (base, user) => {
        const merged = mergeTemplate(deepFreeze(mergeTemplate({}, base)), deepFreeze(user));
        expect(JSON.stringify(merged)).not.toMatch(/"\$/);
        expect(isObject(mergeTemplate(deepFreeze(base), user))).toBe(true);
      }),
    );
  });

  it('lists of twenty thousand entries merge at once', { timeout: 5000 }, () => {
    const env = (prefix: string) => Array.from({ length: 20_000 }, (_, index) => ({ name: `${prefix}${index}`, value: 'x' }));
    const withEnv = (list: readonly unknown[]) => ({ spec: { containers: [{ name: 'runner', env: list }] } });
    expect(mergeTemplate(withEnv(env('A')), withEnv(env('A').toReversed()))).toEqual(withEnv(env('A').toReversed()));
    expect(mergeTemplate(withEnv(env('A')), withEnv(env('B')))).toEqual(withEnv([...env('B'), ...env('A')]));
  });

  it('merging it again changes nothing', () => {
    fc.assert(
      fc.property(template, (user) => {
        const once = mergeTemplate(plain, user);
        expect(mergeTemplate(once, user)).toEqual(once);
      }),
    );
  });

  it('the Pod keeps its owner, its entrypoint, its grace, and its token to itself', () => {
    const grace = podOf({})?.spec?.terminationGracePeriodSeconds;
    const command = podOf({})?.spec?.containers[0]?.command;
    fc.assert(
      fc.property(template, (user) => {
        const pod = podOf(user);
        expect(pod?.metadata?.labels).toMatchObject(ours.labels);
        expect(pod?.metadata?.annotations).toMatchObject(ours.annotations);
        expect(pod?.spec).toMatchObject({ restartPolicy: 'Never', terminationGracePeriodSeconds: grace });
        const [runner, ...others] = pod?.spec?.containers ?? [];
        expect(runner).toMatchObject({ name: 'runner', command });
        const all = [...others, ...(pod?.spec?.initContainers ?? [])];
        expect(all.filter(({ volumeMounts }) => volumeMounts?.some(({ name }) => name === 'credentials'))).toEqual([]);
      }),
    );
  });

  it('no directive, null or empty list is left, nor another shape that costs writes', () => {
    fc.assert(
      fc.property(template, (user) => {
        const text = JSON.stringify(podOf(user));
        expect(text).not.toContain('$patch');
        // An empty object may mean something where the user wrote it.
        expect(measuredAsBad(JSON.parse(text)).filter((shape) => !shape.endsWith(': {}'))).toEqual([]);
      }),
    );
  });

  it('rendering does not fall over it', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('containers', 'initContainers', 'volumes', 'env', 'metadata', 'labels'), fc.jsonValue()),
        (nonsense) => {
          expect(podOf({ metadata: nonsense, spec: nonsense })?.metadata?.labels).toMatchObject(ours.labels);
        },
      ),
    );
  });
});
