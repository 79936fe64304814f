/** `deploy/install.yaml`: what `kubectl kustomize deploy/base` renders, with its comments, for clusters without kustomize. */
import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { type Document, isMap, isScalar, parse, parseAllDocuments, stringify, visit } from 'yaml';
import { configMapHash } from './config-map-hash.ts';

type Read = (path: string) => string;

const Generator = Type.Object({
  name: Type.String(),
  namespace: Type.String(),
  options: Type.Object({ labels: Type.Record(Type.String(), Type.String()) }),
  literals: Type.Array(Type.String()),
});

/** The part of a kustomization that `deploy/base` uses; what it can't follow fails the generation. */
const Kustomization = Type.Object(
  {
    apiVersion: Type.String(),
    kind: Type.Literal('Kustomization'),
    resources: Type.Array(Type.String()),
    configMapGenerator: Type.Optional(Type.Array(Generator)),
  },
  { additionalProperties: false },
);

/** What others need comes first; what needs others comes last. */
const ORDER = [
  'Namespace',
  'CustomResourceDefinition',
  'ServiceAccount',
  'ConfigMap',
  'Service',
  'Deployment',
  'PodDisruptionBudget',
  'NetworkPolicy',
  'CompositeController',
];

/** @param read the text of a file, by its path from the root of the repository */
export function buildInstallFile(read: Read): string {
  const folder = 'deploy/base';
  const generated = generatorsOf(read, folder).map(configMapOf);
  const documents = resourcesOf(read, folder).flatMap((path) => parseAllDocuments(read(path)));
  for (const document of documents) {
    for (const { name, hashed } of generated) renameConfigMap(document, name, hashed);
  }
  const texts = [...documents.map(written), ...generated.map(({ object }) => ({ kind: 'ConfigMap', text: stringify(object) }))]
    .toSorted((a, b) => place(a.kind) - place(b.kind))
    .map(({ text }) => text.trim());
  const head = '# Generated from deploy/base by `npm run generate`; do not edit. The image has to be named: docs/install.md.';
  return `${head}\n${texts.join('\n---\n')}\n`;
}

function kustomizationAt(read: Read, folder: string) {
  const kustomization: unknown = parse(read(`${folder}/kustomization.yaml`));
  return Value.Decode(Kustomization, kustomization);
}

function generatorsOf(read: Read, folder: string): readonly Static<typeof Generator>[] {
  return kustomizationAt(read, folder).configMapGenerator ?? [];
}

function resourcesOf(read: Read, folder: string): readonly string[] {
  return kustomizationAt(read, folder).resources.flatMap((resource) => {
    const path = new URL(`${folder}/${resource}`, 'file:///').pathname.slice(1);
    return path.endsWith('.yaml') ? [path] : resourcesOf(read, path);
  });
}

function configMapOf({ name, namespace, options, literals }: Static<typeof Generator>) {
  const data = Object.fromEntries(
    literals.map((literal) => [literal.slice(0, literal.indexOf('=')), literal.slice(literal.indexOf('=') + 1)]),
  );
  const hashed = `${name}-${configMapHash(data)}`;
  return {
    name,
    hashed,
    object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: hashed, namespace, labels: options.labels }, data },
  };
}

function renameConfigMap(document: Document.Parsed, name: string, hashed: string): void {
  visit(document, {
    Pair(_, { key, value }) {
      if (isScalar(key) && key.value === 'configMapRef' && isMap(value) && value.get('name') === name) value.set('name', hashed);
    },
  });
}

function written(document: Document.Parsed): { readonly kind: string; readonly text: string } {
  return { kind: String(document.get('kind')), text: document.toString({ lineWidth: 0 }).replace(/^# Generated .*\n/, '') };
}

function place(kind: string): number {
  const index = ORDER.indexOf(kind);
  if (index === -1) throw new Error(`install.yaml does not know when ${kind} is applied`);
  return index;
}
