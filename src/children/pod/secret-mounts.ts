/** Who may mount what is secret in a Pod: the containers that we gave it to. */
import type { Container, Volume } from 'kubernetes-types/core/v1.d.ts';
import { isSecretVolume } from '../../api/rules/own-parts.ts';

/** `container` without mounts of our secret `volumes`, but for those that it has in `ours`, the same container as we render it. */
export function withoutSecrets(container: Container, volumes: readonly Volume[], ours?: Container): Container {
  const { volumeMounts = [], ...rest } = container;
  const secret = new Set(volumes.map(({ name }) => name).filter(isSecretVolume));
  const own = new Set((ours?.volumeMounts ?? []).map(({ mountPath, name }) => `${name} ${mountPath}`));
  return { ...rest, volumeMounts: volumeMounts.filter(({ mountPath, name }) => !secret.has(name) || own.has(`${name} ${mountPath}`)) };
}
