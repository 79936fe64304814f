/** The credentials of one runner. */
import type { Secret } from 'kubernetes-types/core/v1.d.ts';
import type { PoolIdentity } from '../pool/model.ts';
import type { RegisteredTags } from './input.ts';
import { tagMetadata } from './metadata.ts';

/** Key of the token within the Secret, and name of its file in the Pod. */
export const TOKEN_KEY = 'token';

/**
 * The immutable Secret of a runner: `id`, `uuid` and `token`, in base64. The token has no trailing newline: the runner refuses
 * one (forgejo-runner 12.8.2, "token contains invalid characters").
 */
export function renderSecret(input: { readonly pool: PoolIdentity; readonly tags: RegisteredTags; readonly token: string }): Secret {
  const { pool, tags, token } = input;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: tags.runner, namespace: pool.namespace, ...tagMetadata(tags, pool.uid) },
    type: 'Opaque',
    immutable: true,
    data: {
      id: btoa(String(tags.registration.id)),
      uuid: btoa(tags.registration.uuid),
      [TOKEN_KEY]: btoa(token.trimEnd()),
    },
  };
}
