/**
 * What a user's template may not change, put back after the merge: else a runner could lose its owner, its entrypoint or its
 * grace, or show its token to another container. The schema refuses most of it by name; this holds whatever it lets pass.
 */
import type { Container, PodSpec, PodTemplateSpec, Volume } from 'kubernetes-types/core/v1.d.ts';
import { ENTRYPOINT_VARIABLES } from '../../api/rules/own-parts.ts';
import type { TagMetadata } from '../metadata.ts';
import { CONFIG_VOLUME, CREDENTIALS_VOLUME, TMP_VOLUME } from './layout.ts';
import type { RunnerContainer } from './runner-container.ts';
import { withoutSecrets } from './secret-mounts.ts';
import { consistentRights } from './security.ts';

/** Volumes that are what we make them, and that the runner's container has where we mount them. */
const RESERVED_VOLUMES: ReadonlySet<string> = new Set([CONFIG_VOLUME, CREDENTIALS_VOLUME, TMP_VOLUME]);

/** A Pod's spec as we render it, before the user's template: one container, and every list is there. */
export interface RenderedPodSpec extends PodSpec {
  readonly restartPolicy: string;
  readonly terminationGracePeriodSeconds: number;
  readonly containers: [RunnerContainer];
  readonly initContainers: Container[];
  readonly volumes: Volume[];
}

/** `merged` with our own parts as they are in `rendered`; `tags` says who the runner is. */
export function restoreReserved(merged: PodTemplateSpec, rendered: RenderedPodSpec, tags: TagMetadata): PodTemplateSpec {
  const { activeDeadlineSeconds: _, ...spec } = merged.spec ?? rendered;
  return {
    ...merged,
    metadata: {
      ...merged.metadata,
      labels: { ...merged.metadata?.labels, ...tags.labels },
      annotations: { ...merged.metadata?.annotations, ...tags.annotations },
    },
    spec: {
      ...spec,
      restartPolicy: rendered.restartPolicy,
      terminationGracePeriodSeconds: rendered.terminationGracePeriodSeconds,
      initContainers: restoreInit(spec.initContainers ?? [], rendered).map(consistentRights),
      containers: restoreRunner(spec.containers ?? [], rendered).map(consistentRights),
      volumes: restoreVolumes(spec.volumes ?? [], rendered.volumes),
    },
  };
}

/**
 * Our init containers stay, and stay what they are: the sidecar as an ordinary one would keep the runner from ever starting,
 * and an ordinary one as a sidecar would not be waited for.
 */
function restoreInit(merged: readonly Container[], { initContainers, volumes }: RenderedPodSpec): Container[] {
  const ours = new Map(initContainers.map((container) => [container.name, container]));
  const missing = initContainers.filter(({ name }) => !merged.some((container) => container.name === name));
  const present = merged.map((container) => {
    const own = ours.get(container.name);
    const restored = own === undefined ? container : withRestartPolicy(container, own.restartPolicy);
    return withoutSecrets(restored, volumes, own);
  });
  return [...missing, ...present];
}

function withRestartPolicy(container: Container, restartPolicy: string | undefined): Container {
  if (restartPolicy !== undefined) return { ...container, restartPolicy };
  const { restartPolicy: _, ...ordinary } = container;
  return ordinary;
}

function restoreRunner(merged: readonly Container[], { containers: [ours], volumes }: RenderedPodSpec): Container[] {
  const runner = merged.find(({ name }) => name === ours.name) ?? ours;
  const others = merged.filter(({ name }) => name !== ours.name).map((container) => withoutSecrets(container, volumes));
  return [restoreEntrypoint(withoutSecrets(runner, volumes, ours), ours), ...others];
}

/** Kubernetes has the rules since 1.34. */
interface RestartingContainer extends Container {
  readonly restartPolicyRules?: unknown;
}

/** Image, resources, security context, further variables and mounts are the user's; how it starts and stops is ours. */
function restoreEntrypoint(merged: RestartingContainer, ours: RunnerContainer): Container {
  const { args: _, restartPolicy: _restart, restartPolicyRules: _rules, ...container } = merged;
  const mounts = ours.volumeMounts.filter(({ name }) => RESERVED_VOLUMES.has(name));
  const paths = new Set(mounts.map(({ mountPath }) => mountPath));
  return {
    ...container,
    command: ours.command,
    lifecycle: ours.lifecycle,
    env: [
      ...(merged.env ?? []).filter(({ name }) => !ENTRYPOINT_VARIABLES.includes(name)),
      ...ours.env.filter(({ name }) => ENTRYPOINT_VARIABLES.includes(name)),
    ],
    volumeMounts: [...mounts, ...(merged.volumeMounts ?? []).filter(({ mountPath }) => !paths.has(mountPath))],
  };
}

/** `/tmp` may get a size or a medium, but must be fresh: a stop file of an earlier Pod would end the runner at its start. */
function restoreVolumes(merged: readonly Volume[], rendered: readonly Volume[]): Volume[] {
  const emptyDir = merged.find(({ name }) => name === TMP_VOLUME)?.emptyDir ?? {};
  const ours = rendered.filter(({ name }) => RESERVED_VOLUMES.has(name));
  return [
    ...ours.map((volume) => (volume.name === TMP_VOLUME ? { name: TMP_VOLUME, emptyDir } : volume)),
    ...merged.filter(({ name }) => !RESERVED_VOLUMES.has(name)),
  ];
}
