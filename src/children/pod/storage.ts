/** Where the Docker sidecar keeps images, layers and volumes. */
import type { PersistentVolumeClaimSpec, Volume } from 'kubernetes-types/core/v1.d.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import { DIND_STORAGE_VOLUME } from './layout.ts';

type Dind = NonNullable<RunnerPoolSpec['containerMode']['dind']>;
type Storage = NonNullable<Dind['storage']>;

/** A directory of the node unless the pool says otherwise. */
export function dockerStorage({ emptyDir, ephemeral, claimName }: Storage = {}): Volume {
  if (claimName !== undefined) return { name: DIND_STORAGE_VOLUME, persistentVolumeClaim: { claimName } };
  if (ephemeral !== undefined) return { name: DIND_STORAGE_VOLUME, ephemeral: { volumeClaimTemplate: { spec: claimSpec(ephemeral) } } };
  return { name: DIND_STORAGE_VOLUME, emptyDir: { ...emptyDir } };
}

/** One node writes it: a Docker store is never shared. */
function claimSpec({ size, storageClassName }: NonNullable<Storage['ephemeral']>): PersistentVolumeClaimSpec {
  return {
    accessModes: ['ReadWriteOnce'],
    ...(storageClassName !== undefined && { storageClassName }),
    resources: { requests: { storage: size } },
  };
}
