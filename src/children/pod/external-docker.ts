/** A Docker daemon outside of the runner's Pod. */
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import { DOCKER_TLS_PATH, DOCKER_TLS_VOLUME } from './layout.ts';
import type { PodParts } from './pod-parts.ts';
import { SECRET_MODE } from './security.ts';

type External = RunnerPoolSpec['containerMode']['external'];

/** Names that Docker's client looks for in DOCKER_CERT_PATH. */
const TLS_FILES = ['ca.pem', 'cert.pem', 'key.pem'];

/**
 * DOCKER_CERT_PATH turns TLS on and DOCKER_TLS_VERIFY the check of the daemon's certificate; a unix socket must have neither
 * (docker/docker 28.5, `client.FromEnv`). The key is for the runner alone: jobs get no daemon over TCP.
 */
export function externalDocker(external: External): PodParts {
  if (external === undefined) return {};
  const host = { name: 'DOCKER_HOST', value: external.dockerHost };
  const secretName = external.tlsSecretRef?.name;
  if (secretName === undefined) return { runner: { env: [host] } };
  return {
    runner: {
      env: [host, { name: 'DOCKER_TLS_VERIFY', value: '1' }, { name: 'DOCKER_CERT_PATH', value: DOCKER_TLS_PATH }],
      mounts: [{ name: DOCKER_TLS_VOLUME, mountPath: DOCKER_TLS_PATH, readOnly: true }],
    },
    volumes: [
      {
        name: DOCKER_TLS_VOLUME,
        secret: { secretName, defaultMode: SECRET_MODE, items: TLS_FILES.map((file) => ({ key: file, path: file })) },
      },
    ],
  };
}
