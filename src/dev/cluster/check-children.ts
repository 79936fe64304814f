/** The rules that an answer's children must keep: broken ones are what costs a cluster its peace (facts measured, sections 3 and 6). */
import type { ViolationRule } from './answer.ts';
import { matches, SELECTOR_LABEL, type Selector } from './claim.ts';
import type { ControllerSettings } from './composite-controller.ts';
import { isKind, KINDS } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import { objectKey } from './wire.ts';

export interface Finding {
  readonly rule: ViolationRule;
  readonly message: string;
}

export type CheckedChildren =
  | { readonly kind: 'ok'; readonly children: readonly KubeObject[]; readonly findings: readonly Finding[] }
  /** Nothing is applied, the status is not written. */
  | { readonly kind: 'error'; readonly message: string; readonly findings: readonly Finding[] };

/** The child in the parent's namespace, with the generated selector's label. */
function labelled(child: KubeObject, parent: KubeObject, generated: boolean): KubeObject {
  const namespaced = isKind(child.kind) && KINDS[child.kind].namespaced;
  const namespace = child.metadata.namespace ?? parent.metadata.namespace;
  const named = !namespaced || child.metadata.namespace === namespace;
  // An echoed child has both.
  if (named && child.metadata.labels !== undefined && (!generated || Object.hasOwn(child.metadata.labels, SELECTOR_LABEL))) return child;
  const labels = { ...(generated ? { [SELECTOR_LABEL]: parent.metadata.uid } : {}), ...child.metadata.labels };
  return { ...child, metadata: { ...child.metadata, ...(namespaced && namespace !== undefined ? { namespace } : {}), labels } };
}

export function checkChildren(
  settings: ControllerSettings,
  parent: KubeObject,
  selector: Selector,
  answered: readonly KubeObject[],
): CheckedChildren {
  const findings: Finding[] = [];
  const children: KubeObject[] = [];
  const seen = new Set<string>();
  for (const raw of answered) {
    const child = labelled(raw, parent, settings.generateSelector);
    const key = `${child.kind} ${objectKey(child)}`;
    if (typeof child.metadata.name !== 'string' || child.metadata.name === '') {
      findings.push({ rule: 'generateName', message: `${child.kind} without a name: a new object per sync` });
      continue;
    }
    if (!matches(selector, child)) {
      const message = `labels on desired child ${child.kind} ${objectKey(child)} don't match parent selector`;
      return { kind: 'error', message, findings: [...findings, { rule: 'labelMismatch', message }] };
    }
    if (!settings.children.some((rule) => rule.kind === child.kind)) {
      findings.push({ rule: 'kindNotAllowed', message: `${key} is not in childResources: created, never seen again` });
    }
    if (child.metadata.namespace !== parent.metadata.namespace) {
      findings.push({ rule: 'foreignNamespace', message: `${key} is not in the parent's namespace` });
    }
    if (seen.has(key)) findings.push({ rule: 'duplicateChild', message: `${key} is answered twice: the last one wins` });
    seen.add(key);
    children.push(child);
  }
  return { kind: 'ok', children, findings };
}
