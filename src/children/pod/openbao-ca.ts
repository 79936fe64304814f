/** The CA bundle of OpenBao in the runner's container, for jobs of the host, and in the Docker sidecar, from where job containers get it. */
import type { Volume } from 'kubernetes-types/core/v1.d.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import { BAO_CA_FILE, BAO_CA_PATH, BAO_CA_VOLUME } from './layout.ts';
import type { PodParts } from './pod-parts.ts';

type Ca = NonNullable<NonNullable<RunnerPoolSpec['identity']>['openbao']['ca']>;

export function openBaoCa({ identity }: RunnerPoolSpec): PodParts {
  const ca = identity?.openbao.ca;
  const source = ca === undefined ? null : sourceOf(ca);
  if (source === null) return {};
  const container = { mounts: [{ name: BAO_CA_VOLUME, mountPath: BAO_CA_PATH, readOnly: true }] };
  return { volumes: [{ name: BAO_CA_VOLUME, ...source }], runner: container, dind: container };
}

function sourceOf({ secretRef, configMapRef }: Ca): Pick<Volume, 'secret' | 'configMap'> | null {
  if (secretRef) return { secret: { secretName: secretRef.name, items: [{ key: secretRef.key, path: BAO_CA_FILE }] } };
  if (configMapRef) return { configMap: { name: configMapRef.name, items: [{ key: configMapRef.key, path: BAO_CA_FILE }] } };
  return null;
}
