/** Which parents a change in the cluster concerns (facts measured, section 4). */
import { isSame } from '../../pool/same.ts';
import { matches, selectorOf } from './claim.ts';
import type { ControllerSettings } from './composite-controller.ts';
import type { Change, Informers } from './informer.ts';
import { controllerOf, type KubeObject } from './objects.ts';
import { type RelatedRule, selects } from './related.ts';
import { objectKey } from './wire.ts';

function parentChanged(settings: ControllerSettings, before: KubeObject | undefined, after: KubeObject): boolean {
  if (!settings.ignoreStatusChanges || before === undefined) return true;
  const { generation, labels, annotations, deletionTimestamp } = before.metadata;
  const { metadata } = after;
  if (generation !== metadata.generation || deletionTimestamp !== metadata.deletionTimestamp) return true;
  return !isSame(labels, metadata.labels) || !isSame(annotations, metadata.annotations);
}

/** Keys of the parents to sync: itself, the owner or possible adopter of a child, and whoever has it as a related object. */
export function concerned(
  settings: ControllerSettings,
  informers: Informers,
  rulesOf: (parent: KubeObject) => readonly RelatedRule[],
  { kind, before, after }: Change,
): readonly string[] {
  const object = after ?? before;
  if (object === undefined) return [];
  const keys = new Set<string>();
  if (kind === settings.parentKind && after !== undefined && parentChanged(settings, before, after)) keys.add(objectKey(after));
  const isChild = settings.children.some((rule) => rule.kind === kind);
  const owner = controllerOf(object) ?? (before === undefined ? undefined : controllerOf(before));
  for (const parent of informers.list(settings.parentKind)) {
    const selector =
      isChild && owner === undefined && parent.metadata.namespace === object.metadata.namespace ? selectorOf(settings, parent) : null;
    const child = isChild && (owner?.uid === parent.metadata.uid || (selector !== null && matches(selector, object)));
    if (child || rulesOf(parent).some((rule) => selects(rule, object))) keys.add(objectKey(parent));
  }
  return [...keys];
}
