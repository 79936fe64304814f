/** The Kubernetes objects of a document, lists taken apart. */
import { fieldsOf, isObject } from '../../api/objects.ts';
import { at, type Located } from './located.ts';
import { plainText } from './plain-text.ts';
import type { Source } from './source.ts';

export interface KubernetesObject {
  readonly source: Source;
  readonly located: Located;
  /** `keda.sh`; empty for the core group. */
  readonly group: string;
  readonly kind: string;
  /** Null when the object does not say, as in a manifest that goes where `kubectl -n` says. */
  readonly namespace: string | null;
  readonly name: string;
}

/** Objects in the order of the document; none when it is no object, such as a file of Helm values. */
export function objectsIn(source: Source, located: Located): readonly KubernetesObject[] {
  const { apiVersion, kind, items, metadata } = fieldsOf(located.value);
  if (typeof kind !== 'string' || typeof apiVersion !== 'string') return [];
  if (kind.endsWith('List') && Array.isArray(items)) return items.flatMap((_, index) => objectsIn(source, at(located, ['items', index])));
  const { name, namespace, generateName } = fieldsOf(metadata);
  return [
    {
      source,
      located,
      group: apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '',
      kind: plainText(kind),
      namespace: typeof namespace === 'string' ? plainText(namespace) : null,
      name: plainText(typeof name === 'string' ? name : typeof generateName === 'string' ? generateName : ''),
    },
  ];
}

/** `Deployment ci/forgejo-runner`. */
export function titleOf({ kind, namespace, name }: KubernetesObject): string {
  return `${kind} ${namespace === null ? '' : `${namespace}/`}${name === '' ? '(without a name)' : name}`;
}

/** What another object made and goes on shaping: it is that one which has to change. */
export function isMade({ located }: KubernetesObject): boolean {
  const { ownerReferences } = fieldsOf(fieldsOf(located.value)['metadata']);
  return Array.isArray(ownerReferences) && ownerReferences.some((owner) => isObject(owner) && owner['controller'] === true);
}
