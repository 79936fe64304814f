/**
 * The spec of a RunnerPool, v1alpha1: the one source of the TypeScript type, of the CRD and of the reference page. What a
 * schema can't say stands in `rules.ts`; the status stands in `status.ts`. Every string and list is bounded, since the API
 * server estimates the cost of a CEL rule from its bounds.
 */
import { type Static, Type } from '@sinclair/typebox';
import { CAPACITY_FIELDS } from './capacity.ts';
import type { DeepReadonly } from './readonly.ts';

/** Longest time that a deadline may be set to: seven days. */
export const MAX_DEADLINE_SECONDS = 604_800;
/** How much longer than a job the draining may last by default: the time to report a job and to end a Pod. */
export const DRAIN_MARGIN_SECONDS = 600;
/** A patch version: what runs privileged must not change under a tag that moves. */
export const DEFAULT_DIND_IMAGE = 'docker:28.5.1-dind';

/** DNS subdomain name (RFC 1123), as Kubernetes names Secrets and ConfigMaps. */
const DNS_NAME = '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$';
/** Keys of a Secret or ConfigMap, as Kubernetes checks them. */
const DATA_KEY = '^[A-Za-z0-9._-]+$';
const VERSION = '^v?[0-9]{1,5}\\.[0-9]{1,5}(\\.[0-9]{1,5})?$';

function keyRef(object: string, key: string) {
  return {
    name: Type.String({
      minLength: 1,
      maxLength: 253,
      pattern: DNS_NAME,
      description: `Name of the ${object}, in the namespace of the pool.`,
    }),
    key: Type.String({ minLength: 1, maxLength: 253, pattern: DATA_KEY, default: key, description: `Key within the ${object}.` }),
  };
}

function seconds(options: { minimum: number; maximum: number; default: number; description: string }) {
  return Type.Integer(options);
}

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
        instance: Type.Optional(nothing('All repositories of the server; the token needs `write:admin`, of a site admin.')),
        organization: Type.Optional(
          Type.String({
            minLength: 1,
            maxLength: 100,
            description: 'Name of the organization whose repositories are served; the token needs `write:organization`, of an owner.',
          }),
        ),
        user: Type.Optional(nothing("Repositories of the token's user; the token needs `write:user`.")),
        repository: Type.Optional(
          Type.String({
            minLength: 3,
            maxLength: 201,
            description: 'The one repository that is served, as `OWNER/NAME`; the token needs `write:repository`, of its owner.',
          }),
        ),
      },
      { additionalProperties: false, description: 'Whose jobs are served: exactly one of the fields. Immutable.' },
    ),
    tokenSecretRef: SecretKeyRef,
    caSecretRef: Type.Optional(
      Type.Object(keyRef('Secret', 'ca.crt'), {
        additionalProperties: false,
        description: 'Secret with the PEM bundle of the CAs to trust for this server, by the operator and by the runners.',
      }),
    ),
    caConfigMapRef: Type.Optional(
      Type.Object(keyRef('ConfigMap', 'ca.crt'), {
        additionalProperties: false,
        description: 'ConfigMap with that bundle, instead of a Secret.',
      }),
    ),
  },
  { additionalProperties: false, description: 'The server, whose jobs are served, and the token to do so.' },
);

const RunnerSchema = Type.Object(
  {
    image: Type.String({
      minLength: 1,
      maxLength: 512,
      pattern: '^[!-~]+$',
      description: 'Image of forgejo-runner, pinned: its tag is a version such as `12.8.2`, or `version` says which one it holds.',
    }),
    version: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 20,
        pattern: VERSION,
        description: 'Version of forgejo-runner in the image, when the tag does not say it (a digest, `latest`, a build of your own).',
      }),
    ),
  },
  { additionalProperties: false, description: 'The runner program.' },
);

const ContainerModeSchema = Type.Object(
  {
    type: Type.Union([Type.Literal('Dind'), Type.Literal('Host')], {
      default: 'Dind',
      description:
        '`Dind`: jobs run in containers of a privileged Docker sidecar of the Pod. `Host`: jobs run in the runner container itself.',
    }),
    dind: Type.Optional(
      Type.Object(
        {
          image: Type.String({
            minLength: 1,
            maxLength: 512,
            pattern: '^[!-~]+$',
            default: DEFAULT_DIND_IMAGE,
            description: 'Image of the Docker daemon.',
          }),
        },
        { additionalProperties: false, description: 'The Docker sidecar; only with type `Dind`.' },
      ),
    ),
  },
  { additionalProperties: false, default: {}, description: 'Where the steps of a job run.' },
);

const REFUSED = 'The operator sets it; refused here.';

const TemplateSchema = Type.Object(
  {
    metadata: Type.Optional(
      Type.Unsafe<Record<string, unknown>>(
        Type.Object({}, { additionalProperties: true, description: 'Labels and annotations that the Pods get in addition.' }),
      ),
    ),
    spec: Type.Optional(
      Type.Unsafe<Record<string, unknown>>(
        Type.Object(
          {
            restartPolicy: Type.Optional(Type.String({ maxLength: 63, description: REFUSED })),
            terminationGracePeriodSeconds: Type.Optional(Type.Integer({ description: REFUSED })),
            activeDeadlineSeconds: Type.Optional(Type.Integer({ description: REFUSED })),
          },
          { additionalProperties: true, description: 'Partial PodSpec; the container `runner` and the init container `dind` are ours.' },
        ),
      ),
    ),
  },
  {
    additionalProperties: false,
    description: 'Partial PodTemplateSpec that is merged over the rendered one, lists by name as `kubectl patch` does.',
  },
);

export const RunnerPoolSpecSchema = Type.Object(
  {
    forgejo: ForgejoSchema,
    mode: Type.Union([Type.Literal('Ephemeral'), Type.Literal('Persistent')], {
      default: 'Ephemeral',
      description:
        '`Ephemeral`: a fresh runner and a fresh Pod for every job. `Persistent`: runners take one job after another. Immutable.',
    }),
    labels: Type.Array(Type.String({ minLength: 1, maxLength: 255 }), {
      minItems: 1,
      maxItems: 32,
      description:
        'Labels of the runners, as forgejo-runner takes them: `NAME:docker://IMAGE`, `NAME:host`, or `NAME` for a container of its default image. A job is taken when all labels of its `runs-on` are among the names.',
    }),
    minRunners: Type.Integer({
      minimum: 0,
      maximum: 1000,
      default: 0,
      description: 'How many runners are kept idle (`Ephemeral`), or exist at least (`Persistent`). `kubectl scale` sets it.',
    }),
    maxRunners: Type.Integer({ minimum: 0, maximum: 1000, default: 10, description: 'How many runners exist at most.' }),
    ...CAPACITY_FIELDS,
    pollIntervalSeconds: seconds({ minimum: 1, maximum: 300, default: 2, description: 'How often the queue is read, in seconds.' }),
    runner: RunnerSchema,
    containerMode: ContainerModeSchema,
    template: Type.Optional(TemplateSchema),
    jobTimeoutSeconds: seconds({
      minimum: 60,
      maximum: MAX_DEADLINE_SECONDS,
      default: 10_800,
      description: 'How long a job may run. A Pod that is deleted may take as long to end its job.',
    }),
    pendingTimeoutSeconds: seconds({
      minimum: 30,
      maximum: 86_400,
      default: 900,
      description: 'How long a runner may take to start before it is given up.',
    }),
    idleTimeoutSeconds: seconds({
      minimum: 0,
      maximum: 86_400,
      default: 300,
      description:
        'How long a `Persistent` pool keeps runners that it no longer needs: idle ones beyond the most that were wanted within that time are stopped.',
    }),
    drainTimeoutSeconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MAX_DEADLINE_SECONDS + DRAIN_MARGIN_SECONDS,
        description: `How long outdated runners, and those of a deleted pool, may go on with their job. Default: \`jobTimeoutSeconds\` + ${DRAIN_MARGIN_SECONDS}.`,
      }),
    ),
    history: Type.Object(
      {
        succeeded: Type.Integer({ minimum: 0, maximum: 50, default: 1, description: 'Jobs of runners that ended well.' }),
        failed: Type.Integer({ minimum: 0, maximum: 50, default: 3, description: 'Jobs of runners that failed.' }),
      },
      { additionalProperties: false, default: {}, description: 'How many ended Kubernetes Jobs stay for `kubectl logs`.' },
    ),
    paused: Type.Boolean({ default: false, description: 'No new runners; what runs goes on.' }),
  },
  { additionalProperties: false, description: 'What the pool is to be.' },
);

type SpecOnTheWire = DeepReadonly<Static<typeof RunnerPoolSpecSchema>>;

/**
 * The spec as the decisions see it: valid, with every default filled in. Seconds are integers; names are Kubernetes'.
 * `forgejo.url` has no trailing slash; `drainTimeoutSeconds` is filled in; `containerMode.dind` is set for type `Dind`.
 */
export interface RunnerPoolSpec extends SpecOnTheWire {
  readonly drainTimeoutSeconds: number;
}
