/** Pods as their workload's controller makes and counts them. */
import type { KubeObject, NewObject, PodObject, PodTemplate } from './objects.ts';
import type { Store } from './store.ts';

export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';

export function isPod(object: KubeObject): object is PodObject {
  return object.kind === 'Pod';
}

export function podsOf(store: Store, uid: string): readonly PodObject[] {
  return store.dependents(uid).filter(isPod);
}

export function hasEnded(pod: PodObject): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}

export function isDeleted(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

export function isTracked(pod: PodObject): boolean {
  return pod.metadata.finalizers?.includes(TRACKING_FINALIZER) === true;
}

export function isReady(pod: PodObject): boolean {
  return pod.status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;
}

/** The Pod that a controller asks for; `generateName` is the owner's name and a dash. */
export function podFrom(
  template: PodTemplate,
  owner: KubeObject,
  labels: Readonly<Record<string, string>>,
  finalizers: readonly string[],
): NewObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${owner.metadata.name}-`,
      namespace: owner.metadata.namespace ?? '',
      labels: { ...template.metadata?.labels, ...labels },
      ...(template.metadata?.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
      ownerReferences: [
        {
          apiVersion: owner.apiVersion,
          kind: owner.kind,
          name: owner.metadata.name,
          uid: owner.metadata.uid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      ...(finalizers.length === 0 ? {} : { finalizers }),
    },
    spec: template.spec,
  };
}

/** Lets a Pod go as far as its Job is concerned. */
export function releasePod(store: Store, pod: PodObject): void {
  const live = store.byUid(pod.metadata.uid);
  if (live === undefined || !isPod(live) || !isTracked(live)) return;
  store.update('Pod', live.metadata.namespace ?? '', live.metadata.name, (object) => {
    const { finalizers, ...metadata } = object.metadata;
    const rest = (finalizers ?? []).filter((name) => name !== TRACKING_FINALIZER);
    return { ...object, metadata: rest.length === 0 ? metadata : { ...metadata, finalizers: rest } };
  });
}
