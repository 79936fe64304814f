/**
 * The run's own node agent: it brings the Pods of runners to life as a kubelet would, by their status at the API server.
 * kwok keeps the node object itself alive and runs all other Pods.
 */
import { LABEL_RUNNER } from '../../../src/api/keys.ts';
import type { PodObject } from '../../../src/dev/cluster/objects.ts';
import { reflect } from '../cluster/reflector.ts';
import { livePod, type NodeOptions, type PodLife } from './pod-life.ts';

export const NODE_NAME = 'e2e-node';

/** Resolves when the node is there and its Pods are watched. */
export async function startNode(options: NodeOptions): Promise<void> {
  const { api, signal } = options;
  const labels = { 'kubernetes.io/arch': 'amd64', 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': NODE_NAME };
  await api.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: NODE_NAME, labels } });
  const lives = new Map<string, PodLife>();

  const { synced } = reflect(api, 'Pod', signal, (before, after) => {
    const pod = (after ?? before) as PodObject; // Pods were asked for
    const { uid, labels: own, deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
    // The same name can come back as another Pod between two lists.
    if (before !== undefined && before.metadata.uid !== after?.metadata.uid) {
      lives.get(before.metadata.uid)?.onGone();
      lives.delete(before.metadata.uid);
    }
    if (after === undefined || own?.[LABEL_RUNNER] === undefined || pod.spec.nodeName === undefined) return;
    const life = lives.get(uid) ?? livePod(options, pod);
    lives.set(uid, life);
    if (deletionTimestamp !== undefined) life.onDeletion(deletionGracePeriodSeconds ?? 0);
  });
  await synced;
}
