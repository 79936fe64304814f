/** The Secrets and ConfigMaps that a Pod mounts, read from the API server as a kubelet reads them. */
import type { KindMap } from '../../../src/dev/cluster/kinds.ts';
import type { KubeObject, PodObject, VolumeSpec } from '../../../src/dev/cluster/objects.ts';
import type { Store } from '../../../src/dev/cluster/store.ts';
import type { Api } from '../cluster/api.ts';

export type Mounted = Pick<Store, 'get'>;

/** What is there of them now. */
export async function readMounted(api: Api, pod: PodObject): Promise<Mounted> {
  const namespace = pod.metadata.namespace ?? '';
  const objects = new Map<string, KubeObject>();
  for (const { kind, name } of (pod.spec.volumes ?? []).flatMap(namesOf)) {
    const object = await api.get(kind, namespace, name);
    if (object !== null) objects.set(`${kind}/${name}`, object);
  }
  return {
    get: <K extends keyof KindMap>(kind: K, _namespace: string, name: string) => objects.get(`${kind}/${name}`) as KindMap[K] | undefined, // keys begin with the kind
  };
}

interface Named {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
}

function namesOf({ secret, configMap, projected }: VolumeSpec): readonly Named[] {
  return [
    ...(secret === undefined ? [] : [{ kind: 'Secret' as const, name: secret.secretName }]),
    ...(configMap === undefined ? [] : [{ kind: 'ConfigMap' as const, name: configMap.name }]),
    ...(projected?.sources ?? []).flatMap((source) => [
      ...(source.secret === undefined ? [] : [{ kind: 'Secret' as const, name: source.secret.name }]),
      ...(source.configMap === undefined ? [] : [{ kind: 'ConfigMap' as const, name: source.configMap.name }]),
    ]),
  ];
}
