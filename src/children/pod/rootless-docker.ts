/** A Docker sidecar without privileges: a daemon of uid 1000, in a user namespace of its own within that of the Pod. */
import { DEFAULT_IMAGES } from '../../api/spec/images.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import { type DaemonKind, dockerSidecar } from './docker-sidecar.ts';
import { CONFIG_VOLUME, ROOTLESS_HOME, ROOTLESS_STORAGE_PATH, RUNNER_UID, SUBID_FILE } from './layout.ts';
import type { PodParts } from './pod-parts.ts';
import { ROOTLESS_DOCKER } from './security.ts';

/**
 * The ids that containers get beside that of the daemon: all that a Pod in a user namespace has (65536, the kubelet's default),
 * less root. The image's own file names ids from 100000 on, which do not exist there.
 */
export const SUBORDINATE_IDS = `${RUNNER_UID}:1:${RUNNER_UID - 1}\n${RUNNER_UID}:${RUNNER_UID + 1}:${65_535 - RUNNER_UID}\n`;

/**
 * The daemon has the runner's uid, so the runner may use its socket. HOME and XDG_RUNTIME_DIR are those of the user `rootless`
 * of the image `docker:dind-rootless`, whose entrypoint starts rootlesskit and gives its network the MTU.
 */
export function rootlessDocker(dind: RunnerPoolSpec['containerMode']['dind']): PodParts {
  const mtu = dind?.mtu;
  const kind: DaemonKind = {
    image: DEFAULT_IMAGES.dindRootless,
    args: [],
    env: [
      { name: 'HOME', value: ROOTLESS_HOME },
      { name: 'XDG_RUNTIME_DIR', value: `/run/user/${RUNNER_UID}` },
      ...(mtu === undefined ? [] : [{ name: 'DOCKERD_ROOTLESS_ROOTLESSKIT_MTU', value: String(mtu) }]),
    ],
    mounts: ['/etc/subuid', '/etc/subgid'].map((mountPath) => ({
      name: CONFIG_VOLUME,
      mountPath,
      subPath: SUBID_FILE,
      readOnly: true,
    })),
    storagePath: ROOTLESS_STORAGE_PATH,
    securityContext: ROOTLESS_DOCKER,
  };
  return dockerSidecar(kind, dind);
}
