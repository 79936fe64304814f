/** Deployments, StatefulSets and DaemonSets of `forgejo-runner daemon`: runners that stay. */
import { fieldsOf } from '../../api/objects.ts';
import { type KubernetesObject, titleOf } from '../manifests/objects.ts';
import { podSpecOf } from '../manifests/pod-specs.ts';
import type { Estate } from './estate.ts';
import { fromPods, runnerContainer } from './from-pods.ts';
import { forgejoTrigger, hintsOf, labelNamesOf } from './keda-trigger.ts';
import { type Draft, fields, left, NOTHING, type Part, todo, together, type Wishes } from './part.ts';

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** Null for an object of another kind, or without a runner in it. */
export function fromWorkload(estate: Estate, object: KubernetesObject, wishes: Wishes): Draft | null {
  const podSpec = podSpecOf(object);
  const runner = runnerContainer(podSpec);
  if (!WORKLOADS.includes(object.kind) || podSpec === null || runner === null) return null;
  const { namespace, name, source, located } = object;
  const mode = wishes.mode ?? 'Persistent';
  const scaler = scalerOf(estate, object);
  const trigger = scaler === null ? null : forgejoTrigger(scaler);
  const hints = trigger === null ? {} : hintsOf(estate, namespace, trigger);
  const pods = fromPods(
    { estate, namespace, podSpec, runner, mode, hints, labelNames: trigger === null ? null : labelNamesOf(trigger) },
    wishes,
  );
  return {
    origin: `${titleOf(object)} (${source.file}:${located.lineAt([])})`,
    name,
    namespace: wishes.namespace ?? namespace,
    ...together(fields({ mode }), pods, runnersPart(object, scaler, pods.capacity, mode), claimsPart(object)),
  };
}

/** What scales the workload, when it is among what was given. */
function scalerOf({ objects }: Estate, { kind, name, namespace }: KubernetesObject): KubernetesObject | null {
  const scalers = objects.filter(
    (object) => ['ScaledObject', 'HorizontalPodAutoscaler'].includes(object.kind) && object.namespace === namespace,
  );
  return (
    scalers.find(({ located }) => {
      const target = fieldsOf(fieldsOf(fieldsOf(located.value)['spec'])['scaleTargetRef']);
      return target['name'] === name && (target['kind'] ?? 'Deployment') === kind;
    }) ?? null
  );
}

function runnersPart({ kind, located }: KubernetesObject, scaler: KubernetesObject | null, capacity: number, mode: string): Part {
  const replicas = numberOr(fieldsOf(fieldsOf(located.value)['spec'])['replicas'], 1);
  const scaling = fieldsOf(fieldsOf(scaler?.located.value)['spec']);
  const least = numberOr(scaling['minReplicaCount'] ?? scaling['minReplicas'], scaler?.kind === 'ScaledObject' ? 0 : replicas);
  const most = numberOr(scaling['maxReplicaCount'] ?? scaling['maxReplicas'], scaler?.kind === 'ScaledObject' ? 100 : replicas);
  const maxRunners = Math.max(1, most) * capacity;
  return together(
    fields({ minRunners: mode === 'Persistent' ? Math.min(least, maxRunners) : 0, maxRunners }),
    scaler === null && replicas === 0 ? fields({ paused: true }) : NOTHING,
    mode === 'Ephemeral' && least > 0 ? left(`${least} runners that wait for jobs: set spec.minRunners to keep some warm.`) : NOTHING,
    capacity === 1
      ? NOTHING
      : left(`runner.capacity ${capacity}: a Pod takes one job at a time, so spec.maxRunners is ${capacity} times as high.`),
    kind === 'DaemonSet' ? todo('spec.maxRunners: a DaemonSet has a runner on every node; say how many there may be.') : NOTHING,
  );
}

function claimsPart({ located }: KubernetesObject): Part {
  const { volumeClaimTemplates } = fieldsOf(fieldsOf(located.value)['spec']);
  return Array.isArray(volumeClaimTemplates) && volumeClaimTemplates.length > 0
    ? left(
        'volumeClaimTemplates: runners of a pool keep nothing from one Pod to the next; docs/pods.md has what there is for Docker layers and caches.',
      )
    : NOTHING;
}

export function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : otherwise;
}
