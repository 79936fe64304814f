/** The files of a container, from the Secrets and ConfigMaps that its Pod mounts; read once, as they are when it starts. */
import type { ContainerSpec, DataObject, PodObject, VolumeItem, VolumeSpec } from './objects.ts';
import type { Store } from './store.ts';

interface Source {
  readonly kind: 'Secret' | 'ConfigMap';
  readonly name: string;
  readonly optional: boolean;
  readonly items: readonly VolumeItem[] | undefined;
}

function sourcesOf(volume: VolumeSpec): readonly Source[] {
  const { secret, configMap, projected } = volume;
  const inner = (projected?.sources ?? []).flatMap((source) =>
    sourcesOf({
      name: volume.name,
      ...(source.secret === undefined ? {} : { secret: { ...source.secret, secretName: source.secret.name } }),
      ...(source.configMap === undefined ? {} : { configMap: source.configMap }),
    }),
  );
  return [
    ...(secret === undefined
      ? []
      : [{ kind: 'Secret' as const, name: secret.secretName, optional: secret.optional === true, items: secret.items }]),
    ...(configMap === undefined
      ? []
      : [{ kind: 'ConfigMap' as const, name: configMap.name, optional: configMap.optional === true, items: configMap.items }]),
    ...inner,
  ];
}

function contentOf(source: Source, object: DataObject): Readonly<Record<string, string>> {
  const data = object.data ?? {};
  const text = (value: string): string => (source.kind === 'Secret' ? Buffer.from(value, 'base64').toString() : value);
  const items = source.items ?? Object.keys(data).map((key) => ({ key, path: key }));
  return Object.fromEntries(items.flatMap(({ key, path }) => (data[key] === undefined ? [] : [[path, text(data[key])]])));
}

/** Whether every Secret and ConfigMap (and every listed key) that the Pod mounts is there; else it hangs in ContainerCreating. */
export function canMount(store: Pick<Store, 'get'>, pod: PodObject): boolean {
  return (pod.spec.volumes ?? []).flatMap(sourcesOf).every((source) => {
    const object = store.get(source.kind, pod.metadata.namespace ?? '', source.name);
    if (object === undefined) return source.optional;
    return source.optional || (source.items ?? []).every((item) => object.data?.[item.key] !== undefined);
  });
}

/** Absolute path -> content. */
export function filesOf(store: Pick<Store, 'get'>, pod: PodObject, container: ContainerSpec): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const mount of container.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find((candidate) => candidate.name === mount.name);
    for (const source of volume === undefined ? [] : sourcesOf(volume)) {
      const object = store.get(source.kind, pod.metadata.namespace ?? '', source.name);
      for (const [path, content] of Object.entries(object === undefined ? {} : contentOf(source, object))) {
        if (mount.subPath === undefined) files.set(`${mount.mountPath}/${path}`, content);
        else if (mount.subPath === path) files.set(mount.mountPath, content);
      }
    }
  }
  return files;
}
