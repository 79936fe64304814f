/** Where the Pods of a pool may run, with what, and as whom. */
import type { Container, PodSpec } from 'kubernetes-types/core/v1.d.ts';
import { LABEL_POOL_UID } from '../../api/keys.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import type { JsonObject } from '../json.ts';

/** The fields of a Pod that a pool's spec has under the same name; the API server judges what stands in them. */
export function placement(spec: RunnerPoolSpec, poolUid: string): Partial<PodSpec> {
  const { nodeSelector, affinity, priorityClassName, runtimeClassName, serviceAccountName } = spec;
  return {
    ...(nodeSelector !== undefined && { nodeSelector }),
    ...(affinity !== undefined && { affinity }),
    ...(priorityClassName !== undefined && { priorityClassName }),
    ...(runtimeClassName !== undefined && { runtimeClassName }),
    ...(serviceAccountName !== undefined && { serviceAccountName }),
    ...(spec.tolerations !== undefined && { tolerations: [...spec.tolerations] }),
    ...(spec.imagePullSecrets !== undefined && { imagePullSecrets: [...spec.imagePullSecrets] }),
    ...spread(spec.topologySpreadConstraints, poolUid),
  };
}

/** Of the runner's container; the Docker sidecar has its own. */
export function runnerResources({ resources }: RunnerPoolSpec): Pick<Container, 'resources'> {
  return resources === undefined ? {} : { resources };
}

/** A constraint without selector counts no Pod at all: the Pods of this pool are meant. */
function spread(constraints: RunnerPoolSpec['topologySpreadConstraints'], poolUid: string): JsonObject {
  if (constraints === undefined) return {};
  const labelSelector = { matchLabels: { [LABEL_POOL_UID]: poolUid } };
  return {
    topologySpreadConstraints: constraints.map((constraint) => ({
      ...constraint,
      labelSelector: constraint['labelSelector'] ?? labelSelector,
    })),
  };
}
