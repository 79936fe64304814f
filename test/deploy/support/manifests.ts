/** The manifests that are shipped, read as kustomize would collect them. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';
import { isObject } from '../../../src/children/json.ts';
import { objectAt, objectsAt, textAt, type WireObject } from '../../../src/hooks/wire.ts';

const ROOT = new URL('../../../', import.meta.url);

export interface Manifest {
  /** Relative to the repository. */
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | null;
  readonly object: WireObject;
}

/** The kustomizations that a user applies. */
export const INSTALLS = ['metacontroller/install', 'deploy/base'] as const;

export function readText(path: string): string {
  return readFileSync(new URL(path, ROOT), 'utf8');
}

export function readObject(path: string): WireObject {
  const value: unknown = parse(readText(path));
  if (!isObject(value)) throw new Error(`${path} is no object`);
  return value;
}

/** What the `resources` of a kustomization lead to, in their order. */
export function manifestsOf(folder: string): readonly Manifest[] {
  return resourcesOf(folder).flatMap((resource) => {
    const path = normalize(`${folder}/${resource}`);
    return path.endsWith('.yaml') ? readManifests(path) : manifestsOf(path);
  });
}

export function resourcesOf(folder: string): readonly string[] {
  const { resources } = readObject(`${folder}/kustomization.yaml`);
  if (!Array.isArray(resources)) throw new Error(`${folder} has no resources`);
  return resources.map(String);
}

/** YAML files beside a kustomization, but itself. */
export function filesBeside(folder: string): readonly string[] {
  return readdirSync(new URL(folder, ROOT)).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml');
}

/** The one object of that kind and name. */
export function find(manifests: readonly Manifest[], kind: string, name?: string): WireObject {
  const found = manifests.filter((manifest) => manifest.kind === kind && (name === undefined || manifest.name === name));
  const [first] = found;
  if (first === undefined || found.length > 1) throw new Error(`${found.length} objects ${kind} ${name ?? ''}`);
  return first.object;
}

/** Objects on a path of keys, the last of which is a list. */
export function listAt(object: WireObject, ...path: readonly string[]): readonly WireObject[] {
  const last = path.at(-1) ?? '';
  return objectsAt(under(object, ...path.slice(0, -1)), last);
}

export function under(object: WireObject, ...path: readonly string[]): WireObject {
  return path.reduce(objectAt, object);
}

/** Strings of a list; anything else in it is shown as text. */
export function stringsAt(object: WireObject, key: string): readonly string[] {
  const value = object[key];
  return Array.isArray(value) ? value.map(String) : [];
}

function readManifests(file: string): readonly Manifest[] {
  return parseAllDocuments(readText(file)).map((document) => {
    if (!('errors' in document) || document.errors.length > 0) throw new Error(`${file} does not parse`);
    const object: unknown = document.toJS();
    if (!isObject(object)) throw new Error(`${file} has a document that is no object`);
    const metadata = objectAt(object, 'metadata');
    const [apiVersion, kind, name] = [textAt(object, 'apiVersion'), textAt(object, 'kind'), textAt(metadata, 'name')];
    if (apiVersion === null || kind === null || name === null) throw new Error(`${file} has a document that is no Kubernetes object`);
    return { file, apiVersion, kind, name, namespace: textAt(metadata, 'namespace'), object };
  });
}

function normalize(path: string): string {
  return new URL(path, 'file:///').pathname.slice(1);
}
