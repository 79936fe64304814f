/** A sync or finalize request as the domain sees it. Pure and total: what parsed, decodes. */

import { isObject } from '../children/json.ts';
import type { PoolIdentity } from '../pool/model.ts';
import type { Observed } from '../pool/observed.ts';
import { childKey } from './answer.ts';
import { type Condition, decodeConditions } from './decode-conditions.ts';
import { decodeDeployment } from './decode-deployment.ts';
import { decodeJob } from './decode-job.ts';
import { decodeHead } from './decode-metadata.ts';
import { decodePod } from './decode-pod.ts';
import { type Credentials, decodeSecret, type KeyLookup, lookUpConfigMapKey, lookUpSecretKey, lookUpToken } from './decode-secret.ts';
import { decodeMemory, type MemoryFromStatus } from './decode-status.ts';
import type { NamedObject, SyncRequest } from './protocol.ts';
import { objectAt, objectsAt, textAt, type WireObject } from './wire.ts';

export interface DecodedRequest {
  readonly pool: PoolIdentity;
  /** As the user wrote it; absent reads as `{}`. */
  readonly rawSpec: unknown;
  readonly memoryFromStatus: MemoryFromStatus;
  /** The status' conditions, for their lastTransitionTime. */
  readonly previousConditions: readonly Condition[];
  /** The status as it stands in the cluster. */
  readonly rawStatus: unknown;
  readonly observed: Observed;
  /** Every child in the pool's namespace by name, ours or not: what an answer leaves out is deleted. */
  readonly raw: RawChildren;
  /** All of them, as `childKey`. */
  readonly childKeys: ReadonlySet<string>;
  /** Names of ConfigMaps that an observed workload or Pod of the pool mounts: these must stay. */
  readonly configMapsInUse: ReadonlySet<string>;
  /** The same of Secrets: a Pod that is starting waits for those that it mounts. */
  readonly secretsInUse: ReadonlySet<string>;
  /** By runner, as far as the observed Secrets hold them. */
  readonly credentials: ReadonlyMap<string, Credentials>;
  /** Keys of related objects in the pool's namespace. */
  tokenSecret(name: string, key: string): KeyLookup;
  caSecret(name: string, key: string): KeyLookup;
  caConfigMap(name: string, key: string): KeyLookup;
  /** The Namespace goes away and refuses every new object (facts-kubernetes, trap B). */
  readonly namespaceTerminating: boolean;
  readonly finalizing: boolean;
}

export interface RawChildren {
  readonly secrets: ReadonlyMap<string, WireObject>;
  readonly configMaps: ReadonlyMap<string, WireObject>;
  /** Jobs and Deployments. Of two with one name the Deployment is under `Deployment/<name>`, so that neither is lost. */
  readonly workloads: ReadonlyMap<string, WireObject>;
  /** StatefulSets, Services and NetworkPolicies, by `childKey`: the pool's, not a runner's. */
  readonly poolObjects: ReadonlyMap<string, WireObject>;
}

/** Kinds of `poolObjects`, as the keys of a hook body name them. */
const POOL_KINDS = ['StatefulSet.apps/v1', 'Service.v1', 'NetworkPolicy.networking.k8s.io/v1'];

export function decodeRequest(request: SyncRequest): DecodedRequest {
  const { parent, children, related } = request;
  const pool = decodePool(parent);
  const secrets = inNamespace(children['Secret.v1'], pool.namespace);
  const jobs = inNamespace(children['Job.batch/v1'], pool.namespace);
  const deployments = inNamespace(children['Deployment.apps/v1'], pool.namespace);
  const relatedSecrets = inNamespace(related['Secret.v1'], pool.namespace);
  const relatedConfigMaps = inNamespace(related['ConfigMap.v1'], pool.namespace);
  const relatedPods = inNamespace(related['Pod.v1'], pool.namespace);
  const status = isObject(parent.status) ? parent.status : {};
  const decodedSecrets = decodeEach(secrets, pool.uid, decodeSecret);
  const raw = {
    secrets,
    configMaps: inNamespace(children['ConfigMap.v1'], pool.namespace),
    workloads: workloadsByName(jobs, deployments),
    poolObjects: poolObjectsByKey(children, pool.namespace),
  };
  const templates = [...jobs.values(), ...deployments.values()].map((object) => objectAt(objectAt(object, 'spec'), 'template'));
  return {
    pool,
    rawSpec: parent.spec ?? {},
    memoryFromStatus: decodeMemory(status),
    previousConditions: decodeConditions(status),
    rawStatus: status,
    observed: {
      secrets: decodedSecrets.map(({ secret }) => secret),
      workloads: [...decodeEach(jobs, pool.uid, decodeJob), ...decodeEach(deployments, pool.uid, decodeDeployment)],
      pods: decodeEach(relatedPods, pool.uid, decodePod),
    },
    raw,
    childKeys: keysOf(raw),
    ...mounted([...templates, ...relatedPods.values()]),
    credentials: new Map(
      decodedSecrets.flatMap(({ secret, credentials }) => (credentials === null ? [] : [[secret.tags.runner, credentials] as const])),
    ),
    tokenSecret: (name, key) => lookUpToken(relatedSecrets.get(name), key),
    caSecret: (name, key) => lookUpSecretKey(relatedSecrets.get(name), key),
    caConfigMap: (name, key) => lookUpConfigMapKey(relatedConfigMaps.get(name), key),
    namespaceTerminating: isTerminating(related['Namespace.v1'], pool.namespace),
    finalizing: request.finalizing,
  };
}

function decodePool(parent: SyncRequest['parent']): PoolIdentity {
  const { namespace, generation } = parent.metadata;
  const { name, uid, createdAt, deletionAt } = decodeHead(parent);
  return { namespace, name, uid, generation, createdAt, deletionAt };
}

/** In v2 a rule without a namespace matches every one, so the answer of `/customize` is not relied upon (facts-metacontroller, section 8). */
function inNamespace(objects: Readonly<Record<string, NamedObject>> | undefined, namespace: string): ReadonlyMap<string, NamedObject> {
  const found = new Map<string, NamedObject>();
  for (const object of Object.values(objects ?? {})) if (object.metadata.namespace === namespace) found.set(object.metadata.name, object);
  return found;
}

/** The objects that are our runners'. */
function decodeEach<T>(
  objects: ReadonlyMap<string, NamedObject>,
  poolUid: string,
  decode: (object: NamedObject, poolUid: string) => T | null,
): readonly T[] {
  const found: T[] = [];
  for (const object of objects.values()) {
    const decoded = decode(object, poolUid);
    if (decoded !== null) found.push(decoded);
  }
  return found;
}

function workloadsByName(
  jobs: ReadonlyMap<string, WireObject>,
  deployments: ReadonlyMap<string, WireObject>,
): ReadonlyMap<string, WireObject> {
  const workloads = new Map(jobs);
  for (const [name, deployment] of deployments) workloads.set(jobs.has(name) ? `Deployment/${name}` : name, deployment);
  return workloads;
}

function poolObjectsByKey(children: SyncRequest['children'], namespace: string): ReadonlyMap<string, WireObject> {
  const objects = POOL_KINDS.flatMap((kind) =>
    [...inNamespace(children[kind], namespace)].map(([name, object]) => ({ kind, name, object })),
  );
  return new Map(objects.map(({ kind, name, object }) => [childKey(kind.slice(0, kind.indexOf('.')), name), object]));
}

function keysOf({ secrets, configMaps, workloads, poolObjects }: RawChildren): ReadonlySet<string> {
  const keys = new Set(poolObjects.keys());
  for (const name of secrets.keys()) keys.add(childKey('Secret', name));
  for (const name of configMaps.keys()) keys.add(childKey('ConfigMap', name));
  for (const [key, object] of workloads) keys.add(childKey(String(object['kind']), key.replace(/^Deployment\//, '')));
  return keys;
}

/** Names of what the volumes of `pods`, Pods or Pod templates, are made from. In one pass: each has some, and each call all of them. */
function mounted(pods: readonly WireObject[]): Pick<DecodedRequest, 'configMapsInUse' | 'secretsInUse'> {
  const configMapsInUse = new Set<string>();
  const secretsInUse = new Set<string>();
  function add(source: WireObject): void {
    const configMap = textAt(objectAt(source, 'configMap'), 'name');
    if (configMap !== null) configMapsInUse.add(configMap);
    const secret = objectAt(source, 'secret');
    // A volume calls it by another name than a projected source does.
    const name = textAt(secret, 'name') ?? textAt(secret, 'secretName');
    if (name !== null) secretsInUse.add(name);
  }
  for (const pod of pods) {
    for (const volume of objectsAt(objectAt(pod, 'spec'), 'volumes')) {
      add(volume);
      for (const source of objectsAt(objectAt(volume, 'projected'), 'sources')) add(source);
    }
  }
  return { configMapsInUse, secretsInUse };
}

/** Found by name, not by key: a namespace may be called `constructor`. */
function isTerminating(namespaces: Readonly<Record<string, NamedObject>> | undefined, name: string): boolean {
  const namespace = Object.values(namespaces ?? {}).find(({ metadata }) => metadata.name === name);
  if (namespace === undefined) return false;
  return namespace.metadata.deletionTimestamp !== undefined || textAt(objectAt(namespace, 'status'), 'phase') === 'Terminating';
}
