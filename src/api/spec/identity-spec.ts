/** The part of a RunnerPool's spec that tells workflows where to prove who they are, so that they need no static secrets. */
import { Type } from '@sinclair/typebox';
import { keyRef } from './fields.ts';

/** One step of a path of OpenBao: no `.` or `..`, which a proxy would resolve, and no `$`, which the runner would evaluate. */
const SEGMENT = '[A-Za-z0-9_-][A-Za-z0-9._-]*';
export const BAO_PATH = `^${SEGMENT}(/${SEGMENT})*$`;
export const BAO_NAME = `^${SEGMENT}$`;
/** The API path of a secret in a KV store of version 2: `MOUNT/data/REST`. */
export const BAO_KV_PATH = `^(${SEGMENT}/)+data(/${SEGMENT})+$`;
/** What stands in a claim `aud`: a word or a URL. */
const AUDIENCE = '^[A-Za-z0-9._:/@+~-]+$';

export const NAME_WORDS = 'letters, digits, "-", "_" and ".", no "." first';

const CaSchema = Type.Object(
  {
    secretRef: Type.Optional(
      Type.Object(keyRef('Secret', 'ca.crt'), { additionalProperties: false, description: 'Secret with the PEM bundle.' }),
    ),
    configMapRef: Type.Optional(
      Type.Object(keyRef('ConfigMap', 'ca.crt'), { additionalProperties: false, description: 'ConfigMap with the PEM bundle.' }),
    ),
  },
  {
    additionalProperties: false,
    description:
      'CAs to trust for OpenBao, by the operator when it looks whether OpenBao is ready, and by jobs: exactly one of the fields. ' +
      'Jobs find the bundle at `BAO_CACERT`, in job containers too; not with container mode `External`, whose daemon has no such file.',
  },
);

const OpenBaoIdentitySchema = Type.Object(
  {
    address: Type.String({
      minLength: 1,
      maxLength: 512,
      description: 'Base URL of OpenBao as jobs reach it, for example `https://openbao.example.org:8200`. Jobs get it as `BAO_ADDR`.',
    }),
    mount: Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: BAO_PATH,
      allowed: `a path without slashes at its ends; ${NAME_WORDS}`,
      default: 'forgejo',
      description: "Path of OpenBao's auth mount for Forgejo's ID tokens, without `auth/`. Jobs get it as `OPENBAO_MOUNT`.",
    }),
    role: Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: BAO_NAME,
      allowed: NAME_WORDS,
      description: 'Role that jobs log in with when they name none. Jobs get it as `OPENBAO_ROLE`.',
    }),
    audience: Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: AUDIENCE,
      allowed: 'letters, digits and "._:/@+~-"',
      default: 'openbao',
      description:
        "Audience that jobs ask an ID token for: one of the role's `bound_audiences`. Jobs get it as `OPENBAO_AUDIENCE`; a workflow can ask for any other.",
    }),
    ca: Type.Optional(CaSchema),
    namespace: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        pattern: BAO_PATH,
        allowed: `a path without slashes at its ends; ${NAME_WORDS}`,
        description: 'Namespace of OpenBao that mount and role are in. Jobs get it as `BAO_NAMESPACE`.',
      }),
    ),
  },
  {
    additionalProperties: false,
    description:
      'An OpenBao that takes the ID tokens of Forgejo. Jobs get these words as variables; `runner.envs`, `runner.envFrom`, and what a step sets win over them. ' +
      'They are a convenience and no boundary: what a job may have is decided by the role. The condition `OIDCReady` says whether Forgejo and OpenBao are ready for it.',
  },
);

export const IdentitySchema = Type.Object(
  { openbao: OpenBaoIdentitySchema },
  {
    additionalProperties: false,
    description: 'Identity of workflows: where they prove who they are. A workflow needs `enable-openid-connect: true` for an ID token.',
  },
);
