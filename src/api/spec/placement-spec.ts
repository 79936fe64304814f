/** The part of a RunnerPool's spec that says where the Pods run and what they may use, in Kubernetes' own words. */
import { Type } from '@sinclair/typebox';
import { clusterObjectName, kubernetesList, kubernetesObject, objectName, stringMap } from './fields.ts';

/** Spread into the properties of the spec. Each is what the field of that name is in a Pod; `resources` is the runner container's. */
export const PLACEMENT_FIELDS = {
  resources: Type.Optional(kubernetesObject('Requests and limits of the container `runner`, as in Kubernetes.')),
  nodeSelector: Type.Optional(stringMap('Labels that a node must have, for example `kubernetes.io/arch: arm64`.', 32, 63)),
  tolerations: Type.Optional(kubernetesList(64, 'Taints of nodes that the Pods tolerate, as in a Pod.')),
  affinity: Type.Optional(kubernetesObject('Affinity to nodes and to other Pods, as in a Pod.')),
  topologySpreadConstraints: Type.Optional(
    kubernetesList(
      16,
      'Constraints by which the Pods are spread, as in a Pod; an entry without `labelSelector` counts the Pods of this pool.',
    ),
  ),
  priorityClassName: Type.Optional(clusterObjectName('Priority class of the Pods.')),
  runtimeClassName: Type.Optional(clusterObjectName('Runtime class of the Pods, for example of gVisor or Kata Containers.')),
  serviceAccountName: Type.Optional(
    clusterObjectName('ServiceAccount of the Pods, in the namespace of the pool. Its token is not mounted unless `template` asks for it.'),
  ),
  imagePullSecrets: Type.Optional(
    Type.Array(
      Type.Object(
        { name: objectName('Secret') },
        { additionalProperties: false, description: 'Secret of type `kubernetes.io/dockerconfigjson`.' },
      ),
      {
        maxItems: 16,
        description: 'Secrets to pull the images of the Pod with; job containers are pulled by Docker, not with these.',
      },
    ),
  ),
};
