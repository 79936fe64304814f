/** The Pod of a runner: what Jobs and Deployments have in common. */
import type { Container, PodTemplateSpec, Volume } from 'kubernetes-types/core/v1.d.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import type { PoolIdentity } from '../../pool/model.ts';
import { cacheParts } from '../cache/cache-client.ts';
import type { RunnerInput } from '../input.ts';
import type { JsonObject } from '../json.ts';
import { mergeTemplate } from '../merge/merge-template.ts';
import { runnerMetadata, workloadMetadata } from '../metadata.ts';
import { TOKEN_KEY } from '../secret.ts';
import { caBundle } from './ca-bundle.ts';
import { canonicalTemplate } from './canonical-template.ts';
import { containerModeParts } from './container-mode.ts';
import { jobEnvironment } from './job-env.ts';
import type { Launch } from './launch.ts';
import { CONFIG_VOLUME, CREDENTIALS_VOLUME, DIND_CONTAINER, HOME_VOLUME, TMP_VOLUME } from './layout.ts';
import { openBaoCa } from './openbao-ca.ts';
import { placement } from './placement.ts';
import { type ContainerParts, combined, type PodParts } from './pod-parts.ts';
import { proxyParts } from './proxy.ts';
import { type RenderedPodSpec, restoreReserved } from './reserved.ts';
import { runnerContainer } from './runner-container.ts';
import { podRights, SECRET_MODE, withSeccomp } from './security.ts';

/** What a runner needs to report a job after its time is up, seconds. */
const REPORT_SECONDS = 60;

/** Autoscalers would end a job to save a node: the Pod's grace is longer than what they wait. */
const DO_NOT_DISRUPT = {
  'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
  'karpenter.sh/do-not-disrupt': 'true',
};

/** The Pod template of a runner with the user's template merged over it, less what a user may not change. */
export function podTemplate(input: RunnerInput, launch: Launch, restartPolicy: 'Never' | 'Always'): PodTemplateSpec {
  const { spec } = input;
  const { labels, annotations } = workloadMetadata(input);
  const podSpec = renderPodSpec(input, launch, restartPolicy);
  const rendered = {
    metadata: { labels, annotations: { ...annotations, ...DO_NOT_DISRUPT } },
    spec: podSpec,
  } satisfies PodTemplateSpec;
  return canonicalTemplate(restoreReserved(merge(rendered, spec.template), podSpec, runnerMetadata(input)));
}

/** What the pool wishes for, init containers in the order in which they start. */
function wishes(spec: RunnerPoolSpec, pool: PoolIdentity): readonly PodParts[] {
  return [
    jobEnvironment(spec, pool),
    containerModeParts(spec.containerMode),
    caBundle(spec.forgejo),
    openBaoCa(spec),
    proxyParts(spec, pool),
    cacheParts(spec, pool),
  ];
}

function renderPodSpec(input: RunnerInput, launch: Launch, restartPolicy: 'Never' | 'Always'): RenderedPodSpec {
  const { pool, spec, tags, configMapName } = input;
  const mode = spec.containerMode.type;
  const parts = combined(wishes(spec, pool));
  const runner = runnerContainer(spec, launch, parts.runner);
  return {
    restartPolicy,
    // The whole of it is needed only by a Pod that is deleted while it runs a job.
    terminationGracePeriodSeconds: spec.jobTimeoutSeconds + REPORT_SECONDS,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...podRights(mode),
    ...placement(spec, pool.uid),
    initContainers: parts.initContainers.map((container) => withSeccomp(mode, withDindParts(container, parts.dind))),
    containers: [withSeccomp(mode, runner)],
    volumes: [
      { name: CONFIG_VOLUME, configMap: { name: configMapName } },
      credentialsVolume(tags.runner),
      { name: TMP_VOLUME, emptyDir: {} },
      { name: HOME_VOLUME, emptyDir: {} },
      ...parts.volumes,
    ],
  };
}

/** The runner's Secret has its name. */
export function credentialsVolume(runner: string): Volume {
  return {
    name: CREDENTIALS_VOLUME,
    secret: { secretName: runner, defaultMode: SECRET_MODE, items: [{ key: TOKEN_KEY, path: TOKEN_KEY }] },
  };
}

function withDindParts(container: Container, { env, mounts }: Required<ContainerParts>): Container {
  if (container.name !== DIND_CONTAINER) return container;
  return { ...container, env: [...(container.env ?? []), ...env], volumeMounts: [...(container.volumeMounts ?? []), ...mounts] };
}

/** The result is a template as far as the user's part is one: the API server judges that. */
function merge(rendered: PodTemplateSpec, template: JsonObject | undefined): PodTemplateSpec {
  return template === undefined ? rendered : mergeTemplate({ ...rendered }, template);
}
