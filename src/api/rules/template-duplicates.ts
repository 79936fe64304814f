/** What a pool's `template` must not name twice. */
import { fieldsOf } from '../objects.ts';
import { duplicates, type ListKeys } from './duplicates.ts';
import type { StateRule } from './rule.ts';
import { allContainers, type Part, POD, pod, templateRule, type WithTemplate } from './template-parts.ts';

type KeyedLists = Readonly<Record<string, ListKeys>>;

const BY_NAME: ListKeys = { name: null };

/** Source: the tags `listMapKey` of PodSpec in k8s.io/api/core/v1/types.go, v0.37.2. */
const POD_LISTS: KeyedLists = {
  containers: BY_NAME,
  initContainers: BY_NAME,
  volumes: BY_NAME,
  imagePullSecrets: BY_NAME,
  hostAliases: { ip: null },
  topologySpreadConstraints: { topologyKey: null, whenUnsatisfiable: null },
  schedulingGates: BY_NAME,
  resourceClaims: BY_NAME,
  evictionResponders: BY_NAME,
};
/** Those of Container, in the same file. */
const CONTAINER_LISTS: KeyedLists = {
  ports: { containerPort: null, protocol: 'TCP' },
  env: BY_NAME,
  volumeMounts: { mountPath: null },
  volumeDevices: { devicePath: null },
};
/** Those of ResourceRequirements. */
const RESOURCE_LISTS: KeyedLists = { claims: BY_NAME };

function namedTwice({ fields, path }: Part, lists: KeyedLists): readonly string[] {
  return Object.entries(lists).flatMap(([list, keys]) => duplicates(fields[list], keys).map((place) => `${path}.${list}[${place}]`));
}

function resourcesOf({ fields, path }: Part): Part {
  return { fields: fieldsOf(fields['resources']), path: `${path}.resources` };
}

function namedTwiceAnywhere(spec: WithTemplate): readonly string[] {
  const own = { fields: pod(spec), path: POD };
  const containers = allContainers(spec);
  return [
    ...namedTwice(own, POD_LISTS),
    ...containers.flatMap((container) => namedTwice(container, CONTAINER_LISTS)),
    ...[own, ...containers].flatMap((part) => namedTwice(resourcesOf(part), RESOURCE_LISTS)),
  ];
}

export const TEMPLATE_DUPLICATE_RULES: readonly StateRule<WithTemplate>[] = [
  templateRule(
    'must not hold two entries of the same name in one list, nor of what else Kubernetes tells them apart by',
    namedTwiceAnywhere,
  ),
];
