/**
 * Deployments of one revision (ours are never changed in place): a ReplicaSet that replaces every Pod at once that ends or
 * is deleted, and the status as recorded (K8).
 */

import { isSame } from '../../pool/same.ts';
import type { Random } from '../forgejo/random.ts';
import { isApiError } from './api-error.ts';
import { nameSuffix } from './names.ts';
import { type Condition, controllerOf, type DeploymentObject, type KubeObject, type PodObject, timestamp } from './objects.ts';
import { hasEnded, isDeleted, isReady, podFrom, podsOf } from './owned-pods.ts';
import type { Store } from './store.ts';
import type { Tasks } from './tasks.ts';

const SYNC_MS = 40;
/** A failed creation (quota, terminating namespace) is tried again. */
const RETRY_MS = 5000;

function isSet(object: KubeObject): object is DeploymentObject {
  return object.kind === 'ReplicaSet';
}

export function startDeploymentController(store: Store, tasks: Tasks, random: Random): void {
  const scheduled = new Set<string>();

  function schedule(uid: string, ms: number): void {
    if (scheduled.has(uid)) return;
    scheduled.add(uid);
    tasks.after(ms, () => {
      scheduled.delete(uid);
      sync(uid);
    });
  }

  function ensureSet(deployment: DeploymentObject): DeploymentObject {
    const found = store.dependents(deployment.metadata.uid).find(isSet);
    if (found !== undefined) return found;
    const hash = nameSuffix(random, 10);
    const created = store.create({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: `${deployment.metadata.name}-${hash}`,
        namespace: deployment.metadata.namespace ?? '',
        labels: { ...deployment.spec.template.metadata?.labels, 'pod-template-hash': hash },
        ownerReferences: [
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            name: deployment.metadata.name,
            uid: deployment.metadata.uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: { ...deployment.spec },
    });
    return created as DeploymentObject; // created with that kind
  }

  function conditions(deployment: DeploymentObject, set: DeploymentObject, available: boolean): readonly Condition[] {
    const now = timestamp(tasks.clock.now());
    const status = available ? 'True' : 'False';
    const recorded: { readonly conditions?: readonly Condition[] } = deployment.status ?? {};
    const before = recorded.conditions?.find((c) => c.type === 'Available');
    const times = { lastTransitionTime: now, lastUpdateTime: now };
    const kept = before?.status === status ? before : null;
    return [
      kept ??
        ({
          ...times,
          message: available ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
          reason: available ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
          status,
          type: 'Available',
        } satisfies Condition),
      {
        lastTransitionTime: deployment.metadata.creationTimestamp,
        lastUpdateTime: deployment.metadata.creationTimestamp,
        message: `ReplicaSet "${set.metadata.name}" has successfully progressed.`,
        reason: 'NewReplicaSetAvailable',
        status: 'True',
        type: 'Progressing',
      },
    ];
  }

  function setStatus(deployment: DeploymentObject, set: DeploymentObject, pods: readonly PodObject[]): void {
    const wanted = deployment.spec.replicas ?? 1;
    const live = pods.filter((pod) => !isDeleted(pod) && !hasEnded(pod));
    const ready = live.filter(isReady).length;
    const counts = {
      ...(live.length === 0 ? {} : { replicas: live.length, updatedReplicas: live.length }),
      ...(ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready }),
      ...(ready < wanted ? { unavailableReplicas: wanted - ready } : {}),
      terminatingReplicas: pods.filter((pod) => isDeleted(pod)).length,
    };
    store.update('Deployment', deployment.metadata.namespace ?? '', deployment.metadata.name, (object) => {
      const status = { ...counts, conditions: conditions(object, set, ready >= wanted), observedGeneration: object.metadata.generation };
      return isSame(object.status, status) ? object : { ...object, status };
    });
  }

  function sync(uid: string): void {
    const found = store.byUid(uid);
    if (found?.kind !== 'Deployment' || isDeleted(found)) return;
    const deployment = found as DeploymentObject; // its kind says so
    try {
      const set = ensureSet(deployment);
      const pods = podsOf(store, set.metadata.uid);
      setStatus(deployment, set, pods);
      const live = pods.filter((pod) => !isDeleted(pod) && !hasEnded(pod)).length;
      const hash = set.metadata.labels?.['pod-template-hash'] ?? '';
      for (let missing = (deployment.spec.replicas ?? 1) - live; missing > 0; missing -= 1) {
        store.create(podFrom(deployment.spec.template, set, { 'pod-template-hash': hash }, []));
      }
    } catch (error) {
      if (!isApiError(error)) throw error;
      schedule(uid, RETRY_MS);
    }
  }

  store.watch((event) => {
    if (event.kind === 'Deployment' && event.type === 'ADDED') schedule(event.object.metadata.uid, SYNC_MS);
    if (event.kind !== 'Pod') return;
    const owner = controllerOf(event.object);
    const set = owner?.kind === 'ReplicaSet' ? store.byUid(owner.uid) : undefined;
    const deployment = set === undefined ? undefined : controllerOf(set);
    if (deployment !== undefined) schedule(deployment.uid, SYNC_MS);
  });
}
