/**
 * What a user's template may not change, put back after the merge: else a runner could lose its owner, its entrypoint or its
 * grace, or show its token to another container. The schema refuses most of it by name; this holds whatever it lets pass.
 */
import type { Container, PodSpec, PodTemplateSpec, Volume } from 'kubernetes-types/core/v1.d.ts';
import { CONFIG_VOLUME, CREDENTIALS_VOLUME, TMP_VOLUME } from './layout.ts';
import type { TagMetadata } from './metadata.ts';
import type { RunnerContainer } from './runner-container.ts';

/** Variables of the entrypoint: another value would break the stop protocol or the busy detection. */
const ENTRYPOINT_VARIABLES: ReadonlySet<string> = new Set(['WARM', 'STOP_FILE', 'PROBE_SECONDS', 'POLL_SECONDS']);
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
      initContainers: restoreDind(spec.initContainers ?? [], rendered.initContainers),
      containers: restoreRunner(spec.containers ?? [], rendered.containers[0]),
      volumes: restoreVolumes(spec.volumes ?? [], rendered.volumes),
    },
  };
}

/** The sidecar stays, and stays one: as an ordinary init container it would keep the runner from ever starting. */
function restoreDind(merged: readonly Container[], rendered: readonly Container[]): Container[] {
  const ours = new Set(rendered.map(({ name }) => name));
  const missing = rendered.filter(({ name }) => !merged.some((container) => container.name === name));
  const present = merged.map((container) => (ours.has(container.name) ? { ...container, restartPolicy: 'Always' } : container));
  return [...missing, ...present.map(withoutCredentials)];
}

function restoreRunner(merged: readonly Container[], ours: RunnerContainer): Container[] {
  const runner = merged.find(({ name }) => name === ours.name) ?? ours;
  const others = merged.filter(({ name }) => name !== ours.name).map(withoutCredentials);
  return [restoreEntrypoint(runner, ours), ...others];
}

/** Image, resources, security context, further variables and mounts are the user's; how it starts and stops is ours. */
function restoreEntrypoint(merged: Container, ours: RunnerContainer): Container {
  const { args: _, ...container } = merged;
  const mounts = ours.volumeMounts.filter(({ name }) => RESERVED_VOLUMES.has(name));
  const paths = new Set(mounts.map(({ mountPath }) => mountPath));
  return {
    ...container,
    command: ours.command,
    lifecycle: ours.lifecycle,
    env: [
      ...(merged.env ?? []).filter(({ name }) => !ENTRYPOINT_VARIABLES.has(name)),
      ...ours.env.filter(({ name }) => ENTRYPOINT_VARIABLES.has(name)),
    ],
    volumeMounts: [
      ...mounts,
      ...(merged.volumeMounts ?? []).filter(({ mountPath, name }) => !paths.has(mountPath) && name !== CREDENTIALS_VOLUME),
    ],
  };
}

/** The token is for the runner alone. */
function withoutCredentials({ volumeMounts = [], ...container }: Container): Container {
  return { ...container, volumeMounts: volumeMounts.filter(({ name }) => name !== CREDENTIALS_VOLUME) };
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
