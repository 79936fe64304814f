/**
 * The spec of a RunnerPool, v1alpha1: the one source of the TypeScript type, of the CRD and of the reference page. What a
 * schema can't say stands in `rules.ts`; the status stands in `status.ts`. Every string and list is bounded, since the API
 * server estimates the cost of a CEL rule from its bounds.
 */
import { type Static, Type } from '@sinclair/typebox';
import type { DeepReadonly } from '../readonly.ts';
import { CacheSchema } from './cache-spec.ts';
import { CAPACITY_FIELDS } from './capacity.ts';
import { ContainerModeSchema } from './container-mode.ts';
import { kubernetesList } from './fields.ts';
import { ForgejoSchema } from './forgejo-spec.ts';
import { IdentitySchema } from './identity-spec.ts';
import { NetworkPolicySchema, ProxySchema } from './network-spec.ts';
import { PLACEMENT_FIELDS } from './placement-spec.ts';
import { RunnerSchema } from './runner-spec.ts';

/** Longest time that a deadline may be set to: seven days. */
export const MAX_DEADLINE_SECONDS = 604_800;
/** How much longer than a job the draining may last by default: the time to report a job and to end a Pod. */
export const DRAIN_MARGIN_SECONDS = 600;
function seconds(options: { minimum: number; maximum: number; default: number; description: string }) {
  return Type.Integer(options);
}

const REFUSED = 'Field that the operator sets; refused here.';

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
            shareProcessNamespace: Type.Optional(
              Type.Boolean({ description: 'Field that may only be false: other containers could read the token of the runner.' }),
            ),
            hostPID: Type.Optional(
              Type.Boolean({ description: 'Field that may only be false: a container could read the tokens of other runners.' }),
            ),
            ephemeralContainers: Type.Optional(
              kubernetesList(1, 'Field that is refused here: Kubernetes adds such containers only to a Pod that runs.'),
            ),
          },
          {
            additionalProperties: true,
            description: 'Partial PodSpec; the container `runner` and the init containers `dind` and `job-env` are ours.',
          },
        ),
      ),
    ),
  },
  {
    additionalProperties: false,
    description:
      'Partial PodTemplateSpec that is merged over the rendered one as `kubectl patch` does (strategic merge). It comes last: it may change what the fields above say.',
  },
);

export const RunnerPoolSpecSchema = Type.Object(
  {
    forgejo: ForgejoSchema,
    mode: Type.Union([Type.Literal('Ephemeral'), Type.Literal('Persistent')], {
      default: 'Ephemeral',
      description:
        'Mode of the runners. `Ephemeral`: a fresh runner and a fresh Pod for every job. `Persistent`: runners take one job after another. Immutable.',
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
      description:
        'Number of runners that are kept idle (`Ephemeral`), or exist at least (`Persistent`), within `maxRunners`. `kubectl scale` sets it.',
    }),
    maxRunners: Type.Integer({
      minimum: 0,
      maximum: 1000,
      default: 10,
      description: 'Number of runners that exist at most, whatever they do.',
    }),
    ...CAPACITY_FIELDS,
    pollIntervalSeconds: seconds({ minimum: 1, maximum: 300, default: 2, description: 'Interval at which the queue is read, in seconds.' }),
    runner: RunnerSchema,
    containerMode: ContainerModeSchema,
    cache: Type.Optional(CacheSchema),
    identity: Type.Optional(IdentitySchema),
    proxy: Type.Optional(ProxySchema),
    networkPolicy: Type.Optional(NetworkPolicySchema),
    ...PLACEMENT_FIELDS,
    template: Type.Optional(TemplateSchema),
    jobTimeoutSeconds: seconds({
      minimum: 60,
      maximum: MAX_DEADLINE_SECONDS,
      default: 10_800,
      description: 'Time that a job may run, in seconds. A Pod that is deleted may take as long to end its job.',
    }),
    pendingTimeoutSeconds: seconds({
      minimum: 30,
      maximum: 86_400,
      default: 900,
      description: 'Time that a runner may take to start before it is given up, in seconds.',
    }),
    idleTimeoutSeconds: seconds({
      minimum: 0,
      maximum: 86_400,
      default: 300,
      description:
        'Time for which a `Persistent` pool keeps runners that it no longer needs, in seconds: idle ones beyond the most that were wanted within that time are stopped.',
    }),
    drainTimeoutSeconds: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: MAX_DEADLINE_SECONDS + DRAIN_MARGIN_SECONDS,
        description: `Time that runners of an older spec, and those of a deleted pool, may go on with their job, in seconds. Default: \`jobTimeoutSeconds\` + ${DRAIN_MARGIN_SECONDS}.`,
      }),
    ),
    history: Type.Object(
      {
        succeeded: Type.Integer({ minimum: 0, maximum: 50, default: 1, description: 'Number of Jobs of runners that ended well.' }),
        failed: Type.Integer({ minimum: 0, maximum: 50, default: 3, description: 'Number of Jobs of runners that failed.' }),
      },
      {
        additionalProperties: false,
        default: {},
        description: 'Ended Kubernetes Jobs that stay for `kubectl logs`, the newest of each kind.',
      },
    ),
    paused: Type.Boolean({ default: false, description: 'Whether there are no new runners; what runs goes on.' }),
  },
  {
    additionalProperties: false,
    description:
      'Spec: what the pool is to be. Required are `forgejo` and `labels`. After a change of what shapes a runner each one is replaced once it is idle.',
  },
);

type SpecOnTheWire = DeepReadonly<Static<typeof RunnerPoolSpecSchema>>;

/**
 * The spec as the decisions see it: valid, with every default filled in. Seconds are integers; names are Kubernetes'.
 * `forgejo.url` has no trailing slash; `drainTimeoutSeconds` is filled in.
 */
export interface RunnerPoolSpec extends SpecOnTheWire {
  readonly drainTimeoutSeconds: number;
}
