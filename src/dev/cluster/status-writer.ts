/** The parent's status: replaced as a whole, written only when it differs; a status that never settles is a violation. */
import { isSame } from '../../pool/same.ts';
import type { ControllerSettings } from './composite-controller.ts';
import type { KubeObject } from './objects.ts';
import type { Observations } from './observations.ts';
import type { Store } from './store.ts';
import { objectKey } from './wire.ts';

export interface SyncRequest {
  readonly parent: KubeObject;
  readonly children: object;
  readonly related: object;
}

/** So many writes in a row whose requests were otherwise equal, within a time in which no poll explains them. */
const HOT_STATUS_WRITES = 20;
const HOT_WITHIN_MS = 10_000;

export function createStatusWriter(
  store: Store,
  settings: ControllerSettings,
  observations: Observations,
  now: () => number,
): (request: SyncRequest, status: object) => void {
  const hot = new Map<string, { readonly request: object; readonly writes: number; readonly since: number }>();

  return ({ parent, children, related }, status) => {
    const live = store.byUid(parent.metadata.uid);
    if (live === undefined) return;
    const key = objectKey(parent);
    const desired = { ...status, observedGeneration: parent.metadata.generation };
    if (isSame(live.status ?? {}, desired)) {
      hot.delete(key);
      return;
    }
    store.update(settings.parentKind, live.metadata.namespace ?? '', live.metadata.name, (object) => ({ ...object, status: desired }));
    observations.counters.statusWrites += 1;
    const request = { generation: parent.metadata.generation, annotations: parent.metadata.annotations, children, related };
    const before = hot.get(key);
    const goesOn = before !== undefined && now() - before.since < HOT_WITHIN_MS && isSame(before.request, request);
    const writes = goesOn ? before.writes + 1 : 1;
    hot.set(key, { request, writes, since: goesOn ? before.since : now() });
    if (writes === HOT_STATUS_WRITES) observations.violate('hotStatus', key, `${writes} status writes in a row without any other change`);
  };
}
