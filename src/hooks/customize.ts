/**
 * What a sync must see besides the children. Metacontroller asks once per generation and keeps the answer for 20 minutes
 * (facts-metacontroller, section 8), so it depends on the spec alone, and is read from a spec that may be invalid.
 */
import { LABEL_POOL_UID } from '../api/keys.ts';
import { isObject } from '../children/json.ts';
import type { CustomizeRequest } from './protocol.ts';
import { objectAt, textAt, type WireObject } from './wire.ts';

export interface CustomizeAnswer {
  readonly relatedResources: readonly RelatedResourceRule[];
}

/** Either `names` or a `labelSelector`: Metacontroller refuses both together. */
export interface RelatedResourceRule {
  readonly apiVersion: 'v1';
  readonly resource: 'secrets' | 'configmaps' | 'namespaces' | 'pods';
  /** Always set but for the Namespace itself: a v2 rule without it matches every namespace. */
  readonly namespace?: string;
  readonly names?: readonly string[];
  readonly labelSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
}

/** Token Secret, Secrets or ConfigMaps with CAs as far as the spec names them; the pool's Namespace and its Pods always. */
export function customize({ parent }: CustomizeRequest): CustomizeAnswer {
  const { namespace, uid } = parent.metadata;
  const spec = isObject(parent.spec) ? parent.spec : {};
  const forgejo = objectAt(spec, 'forgejo');
  const openBaoCa = objectAt(objectAt(objectAt(spec, 'identity'), 'openbao'), 'ca');
  const secrets = new Set([
    ...referencedName(forgejo, 'tokenSecretRef'),
    ...referencedName(forgejo, 'caSecretRef'),
    ...referencedName(openBaoCa, 'secretRef'),
  ]);
  const configMaps = new Set([...referencedName(forgejo, 'caConfigMapRef'), ...referencedName(openBaoCa, 'configMapRef')]);
  return {
    relatedResources: [
      ...named('secrets', namespace, [...secrets]),
      ...named('configmaps', namespace, [...configMaps]),
      { apiVersion: 'v1', resource: 'namespaces', names: [namespace] },
      { apiVersion: 'v1', resource: 'pods', namespace, labelSelector: { matchLabels: { [LABEL_POOL_UID]: uid } } },
    ],
  };
}

function named(resource: 'secrets' | 'configmaps', namespace: string, names: readonly string[]): readonly RelatedResourceRule[] {
  return names.length === 0 ? [] : [{ apiVersion: 'v1', resource, namespace, names }];
}

const OBJECT_NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

/** What no object can be named is left out: the API server would have nothing to show for it. */
function referencedName(parent: WireObject, field: string): readonly string[] {
  const name = textAt(objectAt(parent, field), 'name');
  return name !== null && OBJECT_NAME.test(name) ? [name] : [];
}
