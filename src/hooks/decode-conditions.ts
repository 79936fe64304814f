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
  return objectsAt(status, 'conditions').flatMap((condition) => {
    const type = textAt(condition, 'type');
    const truth = textAt(condition, 'status');
    const lastTransitionTime = timeAt(condition, 'lastTransitionTime');
    if (type === null || lastTransitionTime === null) return [];
    if (truth !== 'True' && truth !== 'False' && truth !== 'Unknown') return [];
    const reason = textAt(condition, 'reason') ?? '';
    return [{ type, status: truth, reason, message: textAt(condition, 'message') ?? '', lastTransitionTime }];
  });
}
