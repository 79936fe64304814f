/** What Helm and kustomize make of the sources: recorded beside the tests, made anew where the programs are. */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { isObject } from '../../../src/children/json.ts';
import { objectAt, type WireObject } from '../../../src/hooks/wire.ts';

export const ROOT = new URL('../../../', import.meta.url).pathname;
export const CHART = 'deploy/helm/forgejo-runner-operator';
export const RECORDED = 'test/deploy/rendered';
/** The chart asks for this, and a Helm that is built without a version believes in a much older cluster. */
const KUBE_VERSION = '1.29.0';

export interface Rendering {
  /** Name of its recording. */
  readonly name: string;
  readonly program: 'helm' | 'kubectl';
  readonly args: readonly string[];
}

export const VALUES_FILES = globSync(`${CHART}/ci/*-values.yaml`, { cwd: ROOT }).toSorted();
export const KUSTOMIZATIONS = [
  'deploy/base',
  'metacontroller/install',
  'deploy/monitoring',
  ...globSync('deploy/overlays/*', { cwd: ROOT }).toSorted(),
];

export function helmArgs(command: 'lint' | 'template', values: string): readonly string[] {
  const common = [CHART, '--kube-version', KUBE_VERSION, '--namespace', 'forgejo-runner-operator', '--values', values];
  return command === 'lint' ? ['lint', '--strict', ...common] : ['template', 'forgejo-runner-operator', ...common];
}

export const RENDERINGS: readonly Rendering[] = [
  ...VALUES_FILES.map((values): Rendering => ({ name: `helm/${nameOf(values)}`, program: 'helm', args: helmArgs('template', values) })),
  ...KUSTOMIZATIONS.map((folder): Rendering => ({ name: `kustomize/${nameOf(folder)}`, program: 'kubectl', args: ['kustomize', folder] })),
];

/** `ci/zones-values.yaml` and `overlays/zones` are both called zones. */
export function nameOf(path: string): string {
  const parts = path.split('/');
  const last = parts.at(-1)?.replace(/-values\.yaml$/, '') ?? path;
  return last === 'install' ? 'metacontroller' : last;
}

/** By kind, namespace and name, as both programs order objects differently. */
export function objectsOf(text: string): readonly WireObject[] {
  return parseAllDocuments(text)
    .map((document): unknown => document.toJS())
    .filter(isObject)
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

export function keyOf(object: WireObject): string {
  const { namespace = '', name } = objectAt(object, 'metadata');
  return `${String(object['kind'])} ${String(namespace)}/${String(name)}`;
}

/** Parts that are copies of other files, which a test compares byte by byte; recordings do without them. */
export function withoutCopies(object: WireObject): WireObject {
  if (object['kind'] === 'CustomResourceDefinition' || object['kind'] === 'PrometheusRule') return { ...object, spec: 'copied' };
  return keyOf(object).endsWith('dashboard') ? { ...object, data: { of: 'copied' } } : object;
}

export function recordingOf(text: string): string {
  return objectsOf(text)
    .map((object) => stringify(withoutCopies(object), { lineWidth: 0 }))
    .join('---\n');
}

export function readRecording(name: string): string {
  return readFileSync(join(ROOT, RECORDED, `${name}.yaml`), 'utf8');
}

/** Everything that a rendering depends on, but what is copied into it and the schema of values, which changes no rendering. */
export function hashOfInputs(): string {
  const files = globSync(
    [
      `${CHART}/{Chart,values}.yaml`,
      `${CHART}/{templates,ci}/*`,
      'deploy/{base,components,overlays,pool-namespace}/**/*.yaml',
      'metacontroller/**/*.yaml',
      'deploy/monitoring/*.yaml',
    ],
    { cwd: ROOT },
  );
  const hash = createHash('sha256');
  for (const file of files.filter((name) => name !== 'deploy/monitoring/prometheus-rule.yaml').toSorted())
    hash
      .update(`${file}\n`)
      .update(readFileSync(join(ROOT, file)))
      .update('\n');
  return hash.digest('hex');
}
