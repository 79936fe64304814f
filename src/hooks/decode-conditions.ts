/** Conditions as Kubernetes writes them on Jobs, Pods and on our own status. */
import type { Instant } from '../pool/instant.ts';
import { objectsAt, textAt, timeAt, type WireObject } from './wire.ts';

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: Instant;
}

/** The conditions of a status; one without a type, a known status or a time is left out. */
export function decodeConditions(status: WireObject): readonly Condition[] {
  return objectsAt(status, 'conditions').flatMap((entry) => decodeCondition(entry) ?? []);
}

/** The first of these types that holds, in the order of the status; null when none does. */
export function findTrue(status: WireObject, ...types: readonly string[]): Condition | null {
  return findCondition(status, 'True', types);
}

/** The first of that type that does not hold; null when there is none. Kubernetes has each type once. */
export function findFalse(status: WireObject, type: string): Condition | null {
  return findCondition(status, 'False', [type]);
}

/** A Pod has five, and mostly none of those that are looked for: only that one is decoded. */
function findCondition(status: WireObject, truth: Condition['status'], types: readonly string[]): Condition | null {
  for (const entry of objectsAt(status, 'conditions')) {
    const type = textAt(entry, 'type');
    if (type === null || !types.includes(type) || textAt(entry, 'status') !== truth) continue;
    const condition = decodeCondition(entry);
    if (condition !== null) return condition;
  }
  return null;
}

function decodeCondition(entry: WireObject): Condition | null {
  const type = textAt(entry, 'type');
  const status = textAt(entry, 'status');
  const lastTransitionTime = timeAt(entry, 'lastTransitionTime');
  if (type === null || lastTransitionTime === null) return null;
  if (status !== 'True' && status !== 'False' && status !== 'Unknown') return null;
  return { type, status, reason: textAt(entry, 'reason') ?? '', message: textAt(entry, 'message') ?? '', lastTransitionTime };
}
