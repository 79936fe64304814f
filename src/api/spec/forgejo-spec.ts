/** The part of a RunnerPool's spec that says which server is meant, whose jobs are served, and with which token. */
import { type Static, Type } from '@sinclair/typebox';
import { keyRef } from './fields.ts';

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
    tokenSecretRef: SecretKeyRef,
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
