/**
 * What a strategic merge has to know of a PodTemplateSpec: which lists merge, and by which field of their entries. A field
 * that is not named here is a scalar, a map that merges member by member, or a list that is replaced as a whole (tolerations,
 * readinessGates, every list of an affinity, the sources of a projected volume …).
 *
 * Source: the struct tags `patchStrategy` and `patchMergeKey` of k8s.io/api/core/v1/types.go and
 * k8s.io/apimachinery/pkg/apis/meta/v1/types.go, v0.37.2; those of v0.32.4 are the same but for `evictionResponders`.
 */

/** A map whose fields are known as far as the merge needs it. */
export interface MapSchema {
  readonly kind: 'map';
  readonly fields: ReadonlyMap<string, FieldSchema>;
  /** Two fields beside the list's merge key never go together: each is another source of the same thing. */
  readonly oneSource: boolean;
}

/** A list of maps that are told apart by one field: `patchStrategy: merge` with a `patchMergeKey`. */
export interface KeyedListSchema {
  readonly kind: 'keyedList';
  readonly mergeKey: string;
  readonly entry: MapSchema;
}

/** A list of strings that merges as a set: `patchStrategy: merge` without a key. */
export interface SetSchema {
  readonly kind: 'set';
}

export type FieldSchema = MapSchema | KeyedListSchema | SetSchema;

/** A map that the merge has to know nothing of. */
export const PLAIN = map({});

const SOURCE = map({}, { oneSource: true });

const OBJECT_META = map({ ownerReferences: keyed('uid', PLAIN), finalizers: { kind: 'set' } });

/** Ephemeral containers have the same tags as the others. */
const CONTAINER = map({
  ports: keyed('containerPort', PLAIN),
  env: keyed('name', map({ valueFrom: SOURCE }, { oneSource: true })),
  volumeMounts: keyed('mountPath', PLAIN),
  volumeDevices: keyed('devicePath', PLAIN),
});

const VOLUME = map({ ephemeral: map({ volumeClaimTemplate: map({ metadata: OBJECT_META }) }) }, { oneSource: true });

const POD_SPEC = map({
  volumes: keyed('name', VOLUME),
  initContainers: keyed('name', CONTAINER),
  containers: keyed('name', CONTAINER),
  ephemeralContainers: keyed('name', CONTAINER),
  imagePullSecrets: keyed('name', PLAIN),
  hostAliases: keyed('ip', PLAIN),
  topologySpreadConstraints: keyed('topologyKey', PLAIN),
  schedulingGates: keyed('name', PLAIN),
  resourceClaims: keyed('name', SOURCE),
  evictionResponders: keyed('name', PLAIN),
});

export const POD_TEMPLATE = map({ metadata: OBJECT_META, spec: POD_SPEC });

function map(fields: Readonly<Record<string, FieldSchema>>, { oneSource = false } = {}): MapSchema {
  return { kind: 'map', fields: new Map(Object.entries(fields)), oneSource };
}

function keyed(mergeKey: string, entry: MapSchema): KeyedListSchema {
  return { kind: 'keyedList', mergeKey, entry };
}
