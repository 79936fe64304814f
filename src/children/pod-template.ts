/** The Pod of a runner: what Jobs and Deployments have in common. */
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts';
import { caBundle } from './ca-bundle.ts';
import { containerModeParts } from './dind.ts';
import type { RunnerInput } from './input.ts';
import type { JsonObject } from './json.ts';
import { CONFIG_VOLUME, CREDENTIALS_VOLUME, HOME_VOLUME, RUNNER_GID, RUNNER_UID, TMP_VOLUME } from './layout.ts';
import { mergeTemplate } from './merge-template.ts';
import { tagMetadata } from './metadata.ts';
import { normalize } from './normalize.ts';
import { type RenderedPodSpec, restoreReserved } from './reserved.ts';
import { type Launch, runnerContainer } from './runner-container.ts';
import { TOKEN_KEY } from './secret.ts';

/** What a runner needs to report a job after its time is up, seconds. */
const REPORT_SECONDS = 60;
/** r--r-----: the runner reads the token by its group. */
const TOKEN_MODE = 0o440;

/** Autoscalers would end a job to save a node: the Pod's grace is longer than what they wait. */
const DO_NOT_DISRUPT = {
  'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
  'karpenter.sh/do-not-disrupt': 'true',
};

/** The Pod template of a runner with the user's template merged over it, less what a user may not change. */
export function podTemplate(input: RunnerInput, launch: Launch, restartPolicy: 'Never' | 'Always'): PodTemplateSpec {
  const { pool, spec, tags } = input;
  const identity = tagMetadata(tags, pool.uid);
  const podSpec = renderPodSpec(input, launch, restartPolicy);
  const rendered = {
    metadata: { labels: identity.labels, annotations: { ...identity.annotations, ...DO_NOT_DISRUPT } },
    spec: podSpec,
  } satisfies PodTemplateSpec;
  return canonical(restoreReserved(merge(rendered, spec.template), podSpec, identity));
}

function renderPodSpec(input: RunnerInput, launch: Launch, restartPolicy: 'Never' | 'Always'): RenderedPodSpec {
  const { spec, tags, configMapName } = input;
  const ca = caBundle(spec.forgejo);
  const mode = containerModeParts(spec.containerMode);
  return {
    restartPolicy,
    // The whole of it is needed only by a Pod that is deleted while it runs a job.
    terminationGracePeriodSeconds: spec.jobTimeoutSeconds + REPORT_SECONDS,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: RUNNER_UID,
      runAsGroup: RUNNER_GID,
      fsGroup: RUNNER_GID,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    initContainers: mode.initContainers,
    containers: [runnerContainer(spec, launch, { env: [...mode.env, ...ca.env], mounts: [...mode.mounts, ...ca.mounts] })],
    volumes: [
      { name: CONFIG_VOLUME, configMap: { name: configMapName } },
      {
        name: CREDENTIALS_VOLUME,
        secret: { secretName: tags.runner, defaultMode: TOKEN_MODE, items: [{ key: TOKEN_KEY, path: TOKEN_KEY }] },
      },
      { name: TMP_VOLUME, emptyDir: {} },
      { name: HOME_VOLUME, emptyDir: {} },
      ...mode.volumes,
      ...ca.volumes,
    ],
  };
}

/** The result is a template as far as the user's part is one: the API server judges that. */
function merge(rendered: PodTemplateSpec, template: JsonObject | undefined): PodTemplateSpec {
  return template === undefined ? rendered : mergeTemplate({ ...rendered }, template);
}

/** Taking away what is empty leaves a template. */
function canonical(template: PodTemplateSpec): PodTemplateSpec {
  return normalize({ ...template });
}
