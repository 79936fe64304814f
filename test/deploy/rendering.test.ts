/** Chart, kustomizations and install.yaml come to the same objects, and these are what the API server knows. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { objectAt, type WireObject } from '../../src/hooks/wire.ts';
import { schemaErrors } from '../children/support/kubernetes-schema.ts';
import { readText, under } from './support/manifests.ts';
import { programPath } from './support/programs.ts';
import {
  CHART,
  hashOfInputs,
  helmArgs,
  KUSTOMIZATIONS,
  keyOf,
  nameOf,
  objectsOf,
  RECORDED,
  RENDERINGS,
  ROOT,
  readRecording,
  recordingOf,
  VALUES_FILES,
  withoutCopies,
} from './support/rendering.ts';

/** Of kinds that are no part of Kubernetes there is no schema here. */
const FOREIGN = /^(cert-manager\.io|monitoring\.coreos\.com|metacontroller\.k8s\.io|apiextensions\.k8s\.io)\//;

function recorded(name: string): readonly WireObject[] {
  return objectsOf(readRecording(name));
}

/** What the two may differ in, and why. */
function comparable(objects: readonly WireObject[]): readonly WireObject[] {
  return (
    objects
      // Helm keeps a release in its namespace, so that one is there before the chart.
      .filter((object) => keyOf(object) !== 'Namespace /forgejo-runner-operator')
      .map((object): WireObject => JSON.parse(JSON.stringify(object), unnamed))
      .map(withoutCopies)
      .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  );
}

/** Kustomize rolls Pods by the name of the ConfigMap, Helm by an annotation; and Helm must not delete the definition. */
function unnamed(key: string, value: unknown): unknown {
  if (key === 'name' && typeof value === 'string')
    return value.replace(/^forgejo-runner-operator-[a-z0-9]{10}$/, 'forgejo-runner-operator');
  if (key !== 'annotations') return value;
  const others = Object.entries(objectAt({ value }, 'value')).filter(
    ([name]) => !['checksum/config', 'helm.sh/resource-policy'].includes(name),
  );
  return others.length === 0 ? undefined : Object.fromEntries(others);
}

describe('the recorded renderings', () => {
  it('are of the chart and the kustomizations as they are now; else: node test/deploy/record.ts', () => {
    expect(readText(`${RECORDED}/inputs.sha256`).trim()).toBe(hashOfInputs());
  });

  it('are of every example of values and every overlay', () => {
    expect(VALUES_FILES.length).toBeGreaterThanOrEqual(6);
    expect(RENDERINGS.filter(({ name }) => !existsSync(join(ROOT, RECORDED, `${name}.yaml`)))).toEqual([]);
  });

  const helm = programPath('helm');
  const kubectl = programPath('kubectl');

  it.each(RENDERINGS)('are what the program makes of them here, if it is here: $name', ({ name, program, args }) => {
    const path = program === 'helm' ? helm : kubectl;
    if (path === null) return expect(readRecording(name)).not.toBe('');
    const fresh = execFileSync(path, args, { cwd: ROOT, encoding: 'utf8' });
    return expect(recordingOf(fresh)).toBe(readRecording(name));
  });

  it.skipIf(helm === null).each(VALUES_FILES)('pass `helm lint --strict`: %s', (values) => {
    expect(execFileSync(helm ?? '', helmArgs('lint', values), { cwd: ROOT, encoding: 'utf8' })).toContain('0 chart(s) failed');
  });
});

const PAIRS = [
  { values: 'default', kustomizations: ['base'] },
  { values: 'metacontroller', kustomizations: ['base', 'metacontroller'] },
  { values: 'monitoring', kustomizations: ['base', 'monitoring'] },
  { values: 'cert-manager', kustomizations: ['cert-manager'] },
  { values: 'zones', kustomizations: ['zones'] },
  { values: 'named-namespaces', kustomizations: ['named-namespaces'] },
] as const;

describe('the ways to install', () => {
  it.each(PAIRS)('make the same objects: values $values, kustomizations $kustomizations', ({ values, kustomizations }) => {
    const chart = comparable(recorded(`helm/${values}`));
    expect(chart.length).toBeGreaterThan(7);
    expect(chart).toEqual(comparable(kustomizations.flatMap((name) => recorded(`kustomize/${name}`))));
  });

  it('have every kustomization in one of these pairs', () => {
    const paired = PAIRS.flatMap(({ kustomizations }): readonly string[] => kustomizations);
    expect(new Set(paired)).toEqual(new Set(KUSTOMIZATIONS.map(nameOf)));
  });

  it('make the same objects by deploy/install.yaml as by deploy/base', () => {
    expect(objectsOf(readText('deploy/install.yaml')).map(withoutCopies)).toEqual(recorded('kustomize/base'));
  });

  it('apply what others need first, by deploy/install.yaml', () => {
    const kinds = [...readText('deploy/install.yaml').matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind);
    expect(kinds.slice(0, 2)).toEqual(['Namespace', 'CustomResourceDefinition']);
    expect(kinds.at(-1)).toBe('CompositeController');
  });

  it('give Metacontroller in one namespace what it otherwise has in all', () => {
    const rules = (name: string, kind: string) =>
      recorded(name).find((object) => object['kind'] === kind && keyOf(object).endsWith('metacontroller-write'))?.['rules'];
    const everywhere = rules('kustomize/metacontroller', 'ClusterRole');
    expect(everywhere).toHaveLength(8);
    expect(rules('kustomize/named-namespaces', 'Role')).toEqual(everywhere);
    expect(rules('kustomize/named-namespaces', 'ClusterRole')).toBeUndefined();
  });
});

const rendered = RENDERINGS.flatMap(({ name }) =>
  recorded(name).map((object) => ({ name, key: keyOf(object), kind: String(object['kind']), object })),
);

describe('every rendered object', () => {
  it.each(rendered.filter(({ object }) => !FOREIGN.test(String(object['apiVersion']))))(
    'is what the API server knows: $name $key',
    ({ kind, object }) => {
      expect(schemaErrors(kind, object)).toEqual([]);
    },
  );

  it.each(rendered.filter(({ kind }) => kind === 'Deployment'))('of Pods meets the restricted standard: $name $key', ({ object }) => {
    const spec = under(object, 'spec', 'template', 'spec');
    expect(spec['securityContext']).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(JSON.stringify(spec['containers'])).toContain('"readOnlyRootFilesystem":true');
  });

  it('is no Secret, for no token goes through a file', () => {
    expect(rendered.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });

  it('of the chart is there once, in each example', () => {
    for (const values of VALUES_FILES) {
      const keys = recorded(`helm/${nameOf(values)}`).map(keyOf);
      expect(keys, values).toEqual([...new Set(keys)]);
    }
  });
});

describe('the disruption budget in the chart', () => {
  it.each([
    { values: 'default', budgets: 1, because: 'one of two Pods stays' },
    { values: 'own-issuer', budgets: 0, because: 'with one Pod its node could never be drained' },
  ])('is there $budgets times with the values $values: $because', ({ values, budgets }) => {
    expect(recorded(`helm/${values}`).filter(({ kind }) => kind === 'PodDisruptionBudget')).toHaveLength(budgets);
  });
});

describe("Metacontroller's namespace in the chart", () => {
  it.each([
    { values: 'metacontroller', made: ['Namespace /metacontroller'], because: 'it is one of its own' },
    { values: 'one-namespace', made: [], because: 'that of the release is there before the chart, and Helm refuses to make it again' },
  ])('is $made with the values $values: $because', ({ values, made }) => {
    expect(
      recorded(`helm/${values}`)
        .map(keyOf)
        .filter((key) => key.startsWith('Namespace ')),
    ).toEqual(made);
    expect(recorded(`helm/${values}`).map(keyOf).join('\n')).toMatch(/^Deployment \S+\/metacontroller$/m);
  });
});

describe('the definition of RunnerPool in the chart', () => {
  const definition = (name: string) => recorded(`helm/${name}`).find(({ kind }) => kind === 'CustomResourceDefinition');

  it('is a template that an upgrade renews, since Helm never upgrades a folder `crds`', () => {
    expect(existsSync(join(ROOT, CHART, 'crds'))).toBe(false);
    expect(definition('default')).toBeDefined();
  });

  it('is never deleted by Helm, since all pools would go with it', () => {
    expect(under(definition('default') ?? {}, 'metadata', 'annotations')).toEqual({ 'helm.sh/resource-policy': 'keep' });
  });

  it('is left out when `crds.install` is off', () => {
    expect(definition('own-issuer')).toBeUndefined();
  });
});
