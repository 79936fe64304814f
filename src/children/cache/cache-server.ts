/** The cache server of a pool: one Pod, and a volume that lives as long as it is wanted. */
import type { StatefulSet, StatefulSetSpec } from 'kubernetes-types/apps/v1.d.ts';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts';
import { ANNOTATION_CACHE_SECRET } from '../../api/keys.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import { canonicalJson } from '../../pool/digest.ts';
import type { PoolIdentity } from '../../pool/model.ts';
import { isObject, type JsonObject } from '../json.ts';
import { canonicalTemplate } from '../pod/canonical-template.ts';
import { RESTRICTED, RESTRICTED_POD, SECRET_MODE } from '../pod/security.ts';
import { MAX_STATEFUL_SET_NAME, poolObjectName } from '../pool-names.ts';
import { canonicalQuantity } from '../quantity.ts';
import { CACHE_APP, CACHE_PORT, cacheHostName, cacheMetadata, cacheName, cachePodLabels } from './cache-identity.ts';
import { CACHE_CONFIG_FILE, CACHE_SECRET_PATH } from './cache-secret.ts';
import { CACHE_PORT_NAME } from './cache-service.ts';

export type CacheServerSpec = NonNullable<NonNullable<RunnerPoolSpec['cache']>['server']>;

export interface CacheServerInput {
  readonly pool: PoolIdentity;
  readonly spec: RunnerPoolSpec;
  readonly server: CacheServerSpec;
  /** Uid of the observed Secret: the server reads it at its start only, so another Secret needs another Pod. */
  readonly secretUid: string;
}

const DATA_VOLUME = 'data';
const DATA_PATH = '/var/cache/actions';
const SECRET_VOLUME = 'cache';
const INSTANCE_LABEL = 'app.kubernetes.io/instance';

/**
 * What of the StatefulSet an update may not change. Its name holds a digest of this: a change is another StatefulSet with an
 * empty volume, never an update that the API server would refuse for ever.
 */
function immutableParts(pool: PoolIdentity, server: CacheServerSpec) {
  return {
    serviceName: cacheName(pool),
    // In order, a Pod that can't start would keep its own replacement from being made (kubernetes/kubernetes#67250).
    podManagementPolicy: 'Parallel',
    volumeClaimTemplates: [
      {
        metadata: { name: DATA_VOLUME },
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: canonicalQuantity(server.size) } },
          ...(server.storageClassName !== undefined && { storageClassName: server.storageClassName }),
        },
      },
    ],
  } satisfies Partial<StatefulSetSpec>;
}

export function cacheServerName(pool: PoolIdentity, server: CacheServerSpec): string {
  return poolObjectName('cache', pool, canonicalJson([pool.uid, immutableParts(pool, server)]), MAX_STATEFUL_SET_NAME);
}

/**
 * A StatefulSet rather than a Deployment: two Pods must never have the volume at once, and the volume goes with it
 * (`persistentVolumeClaimRetentionPolicy`, on by default since Kubernetes 1.27).
 */
export function renderCacheServer(input: CacheServerInput): StatefulSet {
  const { pool, server } = input;
  const name = cacheServerName(pool, server);
  const labels = { ...cachePodLabels(pool), 'app.kubernetes.io/name': CACHE_APP, [INSTANCE_LABEL]: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: cacheMetadata(pool, name),
    spec: {
      ...immutableParts(pool, server),
      replicas: 1,
      revisionHistoryLimit: 1,
      selector: { matchLabels: labels },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
      template: canonicalTemplate(podTemplate(input, labels)),
    },
  };
}

/**
 * The API server adds to the templates of claims, and Metacontroller compares that list as a whole. They can't have changed
 * under this name, so what was observed is answered.
 */
export function withObservedClaims(rendered: StatefulSet, observed: JsonObject | undefined): object {
  const spec = observed?.['spec'];
  const claims = isObject(spec) ? spec['volumeClaimTemplates'] : undefined;
  return Array.isArray(claims) ? { ...rendered, spec: { ...rendered.spec, volumeClaimTemplates: claims } } : rendered;
}

/** Pod security "restricted". It stands where the runners of the pool may, for their image is known to run there. */
function podTemplate({ pool, spec, server, secretUid }: CacheServerInput, labels: Record<string, string>): PodTemplateSpec {
  return {
    metadata: { labels, annotations: { [ANNOTATION_CACHE_SECRET]: secretUid } },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: RESTRICTED_POD,
      ...placement(spec),
      containers: [
        {
          name: 'cache',
          image: spec.runner.image,
          command: command(pool),
          ports: [{ name: CACHE_PORT_NAME, protocol: 'TCP', containerPort: CACHE_PORT }],
          ...(server.resources !== undefined && { resources: { ...server.resources } }),
          ...PROBES,
          volumeMounts: [
            { name: DATA_VOLUME, mountPath: DATA_PATH },
            { name: SECRET_VOLUME, mountPath: CACHE_SECRET_PATH, readOnly: true },
          ],
          securityContext: RESTRICTED,
        },
      ],
      volumes: [{ name: SECRET_VOLUME, secret: { secretName: cacheName(pool), defaultMode: SECRET_MODE } }],
    },
  };
}

function placement({ imagePullSecrets, nodeSelector, tolerations }: RunnerPoolSpec) {
  return {
    ...(imagePullSecrets !== undefined && { imagePullSecrets: imagePullSecrets.map(({ name }) => ({ name })) }),
    ...(nodeSelector !== undefined && { nodeSelector: { ...nodeSelector } }),
    ...(tolerations !== undefined && { tolerations: tolerations.map((toleration) => ({ ...toleration })) }),
  };
}

/** `--host` is only for its log; without it the server would look for a way out, and end when it finds none. */
function command(pool: PoolIdentity): string[] {
  const config = `${CACHE_SECRET_PATH}/${CACHE_CONFIG_FILE}`;
  const host = cacheHostName(pool);
  return ['forgejo-runner', 'cache-server', '--config', config, '--dir', DATA_PATH, '--host', host, '--port', String(CACHE_PORT)];
}

/** The server has no path that answers without the secret, so a connection is the proof. */
const PROBES = {
  readinessProbe: { tcpSocket: { port: CACHE_PORT_NAME }, periodSeconds: 5 },
  livenessProbe: { tcpSocket: { port: CACHE_PORT_NAME }, periodSeconds: 30, timeoutSeconds: 5 },
};
