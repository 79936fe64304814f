/** The pool's CA bundle in the runner's container, and in the Docker sidecar for registries of the same authority. */
import type { Volume } from 'kubernetes-types/core/v1.d.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import { CA_FILE, CA_PATH, CA_VOLUME } from './layout.ts';
import type { PodParts } from './pod-parts.ts';

/**
 * Go reads every directory of SSL_CERT_DIR besides the system's bundle file (crypto/x509), so the bundle is added and replaces
 * nothing; the system's directory is named too, for OpenSSL reads only what the variable lists.
 */
export function caBundle(forgejo: RunnerPoolSpec['forgejo']): PodParts {
  const source = caSource(forgejo);
  if (source === null) return {};
  const container = {
    env: [{ name: 'SSL_CERT_DIR', value: `/etc/ssl/certs:${CA_PATH}` }],
    mounts: [{ name: CA_VOLUME, mountPath: CA_PATH, readOnly: true }],
  };
  return { volumes: [{ name: CA_VOLUME, ...source }], runner: container, dind: container };
}

function caSource({ caSecretRef, caConfigMapRef }: RunnerPoolSpec['forgejo']): Pick<Volume, 'secret' | 'configMap'> | null {
  if (caSecretRef) return { secret: { secretName: caSecretRef.name, items: [{ key: caSecretRef.key, path: CA_FILE }] } };
  if (caConfigMapRef) return { configMap: { name: caConfigMapRef.name, items: [{ key: caConfigMapRef.key, path: CA_FILE }] } };
  return null;
}
