/** The part of a RunnerPool's spec that says which server is meant, whose jobs are served, and with which token. */
import { type Static, Type } from '@sinclair/typebox';
import { DATA_KEY, keyRef } from './fields.ts';
import { BAO_KV_PATH, BAO_NAME, NAME_WORDS } from './identity-spec.ts';

function nothing(description: string) {
  return Type.Unsafe<Record<string, never>>(Type.Object({}, { additionalProperties: false, description }));
}

export const SecretKeyRef = Type.Object(keyRef('Secret', 'token'), {
  additionalProperties: false,
  description:
    'Secret that holds the API token the operator registers runners with. It is never given to a runner. With `scope.user` the token may be ' +
    "renewed, but must stay one of the same user: another user's list would look as if all runners were gone.",
});
export type SecretKeyRef = Static<typeof SecretKeyRef>;

const TokenFromSchema = Type.Object(
  {
    openbao: Type.Object(
      {
        role: Type.String({
          minLength: 1,
          maxLength: 255,
          pattern: BAO_NAME,
          allowed: NAME_WORDS,
          description: "Role of OpenBao that the operator's service account logs in with.",
        }),
        path: Type.String({
          minLength: 1,
          maxLength: 512,
          pattern: BAO_KV_PATH,
          allowed: `MOUNT/data/PATH; ${NAME_WORDS}`,
          description: 'API path of a secret in a KV store of version 2, with its `data`, for example `kv/data/forgejo/acme`.',
        }),
        key: Type.String({
          minLength: 1,
          maxLength: 253,
          pattern: DATA_KEY,
          allowed: 'letters, digits, "-", "_" and "."',
          default: 'token',
          description: 'Key within the secret.',
        }),
      },
      {
        additionalProperties: false,
        description:
          "A secret of the OpenBao that the operator's own configuration names. Its administrator must allow this role and path for the pool's namespace and `forgejo.url`.",
      },
    ),
  },
  {
    additionalProperties: false,
    description:
      'Source of the API token, in place of a Secret. It is kept in memory alone; a new one is in use within a minute, or with the next poll if that is later.',
  },
);

export const ForgejoSchema = Type.Object(
  {
    url: Type.String({
      minLength: 1,
      maxLength: 512,
      description:
        'Base URL of the server, as the operator and the runner Pods reach it, for example `https://forgejo.example.org`. A slash at its end does not count. Immutable.',
    }),
    scope: Type.Object(
      {
        instance: Type.Optional(
          nothing('Scope of all repositories of the server, written `instance: {}`; the token needs `write:admin`, of a site admin.'),
        ),
        organization: Type.Optional(
          Type.String({
            minLength: 1,
            maxLength: 100,
            description: 'Name of the organization whose repositories are served; the token needs `write:organization`, of an owner.',
          }),
        ),
        user: Type.Optional(nothing("Scope of the repositories of the token's user, written `user: {}`; the token needs `write:user`.")),
        repository: Type.Optional(
          Type.String({
            minLength: 3,
            maxLength: 201,
            description: 'Name of the one repository that is served, as `OWNER/NAME`; the token needs `write:repository`, of its owner.',
          }),
        ),
      },
      { additionalProperties: false, description: 'Scope whose jobs are served: exactly one of the fields. Immutable.' },
    ),
    tokenSecretRef: Type.Optional(SecretKeyRef),
    tokenFrom: Type.Optional(TokenFromSchema),
    caSecretRef: Type.Optional(
      Type.Object(keyRef('Secret', 'ca.crt'), {
        additionalProperties: false,
        description:
          'Secret with the PEM bundle of the CAs to trust for this server, by the operator, the runners and their Docker sidecars.',
      }),
    ),
    caConfigMapRef: Type.Optional(
      Type.Object(keyRef('ConfigMap', 'ca.crt'), {
        additionalProperties: false,
        description: 'ConfigMap with the PEM bundle of the CAs to trust for this server, instead of `caSecretRef`.',
      }),
    ),
  },
  { additionalProperties: false, description: 'Forgejo: the server, whose jobs are served, and the token to do so.' },
);
