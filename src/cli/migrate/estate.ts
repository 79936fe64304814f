/** All that was given to `migrate`, so that one object can be read with those it refers to. */
import { fieldsOf } from '../../api/objects.ts';
import { type HelmValues, helmValuesIn } from '../manifests/helm-values.ts';
import { parseLocated } from '../manifests/located.ts';
import { type KubernetesObject, objectsIn } from '../manifests/objects.ts';
import type { Source } from '../manifests/source.ts';

export interface ReleaseValues {
  readonly source: Source;
  readonly values: HelmValues;
  /** The object that carries the values; null for a file of values. */
  readonly object: KubernetesObject | null;
}

export interface Estate {
  readonly objects: readonly KubernetesObject[];
  readonly releases: readonly ReleaseValues[];
}

/** What is no YAML has nothing to migrate. */
export function estateOf(sources: readonly Source[]): Estate {
  const documents = sources.flatMap((source) => (parseLocated(source) ?? []).map((document) => ({ source, document })));
  return {
    objects: documents.flatMap(({ source, document }) => objectsIn(source, document)),
    releases: documents.flatMap(({ source, document }) => {
      const [object = null] = objectsIn(source, document);
      return helmValuesIn(document).map((values) => ({ source, values, object }));
    }),
  };
}

/** An object that another one names; one without a namespace stands in whichever it is applied to. */
export function findObject({ objects }: Estate, kind: string, namespace: string | null, name: string): KubernetesObject | null {
  const named = objects.filter((object) => object.kind === kind && object.name === name);
  return (
    named.find((object) => object.namespace === namespace) ??
    named.find((object) => object.namespace === null || namespace === null) ??
    null
  );
}

/** Texts of a ConfigMap by key; none when it is not among what was given. */
export function configMapData(estate: Estate, namespace: string | null, name: unknown): Readonly<Record<string, string>> {
  const object = typeof name === 'string' ? findObject(estate, 'ConfigMap', namespace, name) : null;
  const entries = Object.entries(fieldsOf(fieldsOf(object?.located.value)['data']));
  return Object.fromEntries(entries.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value] as const] : [])));
}
