/** What a Pod of runners says, whoever makes such Pods: a Deployment or KEDA. */
import { type Fields, fieldsOf } from '../../api/objects.ts';
import type { RunnerPoolSpec } from '../../api/spec/runnerpool.ts';
import type { Located } from '../manifests/located.ts';
import { type Container, containersOf } from '../manifests/pod-specs.ts';
import { isRunnerImage } from '../manifests/runner-images.ts';
import type { Estate } from './estate.ts';
import { left, NOTHING, type Part, together, type Wishes } from './part.ts';
import { capacityOf, configPart } from './parts/config-part.ts';
import { findDocker, sidecarPart, withoutSidecarPart } from './parts/docker-part.ts';
import { proxyPart, runnerVariablesPart } from './parts/env-part.ts';
import { type ForgejoHints, forgejoPart } from './parts/forgejo-part.ts';
import { imagePart } from './parts/image-part.ts';
import { areHostLabels, labelsPart } from './parts/labels-part.ts';
import { placementPart, resourcesPart } from './parts/placement-part.ts';
import { runnerSetup, SETUP_VARIABLES, variablesOf } from './runner-setup.ts';

const RUNS_RUNNER = /\b(forgejo-runner|act_runner)\b[\s\S]*\b(daemon|one-job|job)\b/;

/** The container in which the runner works; null when none does. */
export function runnerContainer(podSpec: Located | null): Container | null {
  if (podSpec === null) return null;
  const containers = containersOf(podSpec).filter(({ init }) => !init);
  return (
    containers.find(({ image }) => image !== null && isRunnerImage(image)) ??
    containers.find(({ image, commandLine }) => RUNS_RUNNER.test(commandLine.text) || /\bact_runner\b/.test(image ?? '')) ??
    null
  );
}

export interface PodsOfRunners {
  readonly estate: Estate;
  readonly namespace: string | null;
  readonly podSpec: Located;
  readonly runner: Container;
  readonly mode: RunnerPoolSpec['mode'];
  /** What the object around the Pod tells of Forgejo, more than its runner does. */
  readonly hints: Partial<ForgejoHints>;
  /** Names of labels that jobs were counted by; a runner's own labels say more. */
  readonly labelNames: readonly string[] | null;
}

export interface PodsPart extends Part {
  /** How many jobs one runner took at a time. */
  readonly capacity: number;
}

export function fromPods({ estate, namespace, podSpec, runner, mode, hints, labelNames }: PodsOfRunners, wishes: Wishes): PodsPart {
  const containers = containersOf(podSpec);
  const setup = runnerSetup(estate, namespace, podSpec, containers);
  const variables = variablesOf(estate, namespace, runner);
  const docker = findDocker(containers.filter((container) => !isSame(container, runner)));
  const labels = labelsPart(setup.labels ?? labelNames);
  const config = configPart(setup.config, imagePart(runner.image, mode));
  const dockerHost = variables.literal['DOCKER_HOST'] ?? null;
  const others = containers.filter((container) => !isSame(container, runner) && container !== docker && !setsUp(container));
  const part = together(
    forgejoPart({ scope: null, tokenSecret: null, ca: {}, ...hints, url: hints.url ?? setup.url }, wishes),
    labels,
    config,
    docker === null ? withoutSidecarPart(dockerHost, mountsSocket(podSpec), areHostLabels(labels.fields['labels'])) : sidecarPart(docker),
    proxyPart(variables.literal, config.envs),
    resourcesPart(fieldsOf(runner.located.value)['resources']),
    placementPart(fieldsOf(podSpec.value)),
    runnerVariablesPart(variables, SETUP_VARIABLES),
    others.length === 0
      ? NOTHING
      : left(`containers ${others.map(({ name }) => name).join(', ')}: add them in spec.template.spec if they are still wanted.`),
    volumesPart(fieldsOf(podSpec.value), fieldsOf(runner.located.value)),
  );
  return { ...part, capacity: capacityOf(setup.config) };
}

/** Names are unique among the containers of a Pod. */
function isSame(a: Container, b: Container): boolean {
  return a.name === b.name && a.init === b.init;
}

/** An init container that registers the runner or writes its files: the operator does that. */
function setsUp({ init, image, commandLine }: Container): boolean {
  return init && ((image !== null && isRunnerImage(image)) || /\b(forgejo-runner|act_runner|chown|chmod)\b/.test(commandLine.text));
}

function mountsSocket({ value }: Located): boolean {
  const { volumes } = fieldsOf(value);
  return (
    Array.isArray(volumes) && volumes.some((volume: unknown) => fieldsOf(fieldsOf(volume)['hostPath'])['path'] === '/var/run/docker.sock')
  );
}

/** Volumes with something in them that outlives a Pod or comes from elsewhere; its own files a runner keeps in an emptyDir. */
function volumesPart({ volumes }: Fields, runner: Fields): Part {
  const mounts = (Array.isArray(runner['volumeMounts']) ? runner['volumeMounts'] : []).map((mount: unknown) => fieldsOf(mount)['name']);
  const names = (Array.isArray(volumes) ? volumes : []).map(fieldsOf).flatMap((volume) => {
    const isOwn =
      ['emptyDir', 'configMap'].some((type) => volume[type] !== undefined) ||
      fieldsOf(volume['hostPath'])['path'] === '/var/run/docker.sock';
    return typeof volume['name'] === 'string' && mounts.includes(volume['name']) && !isOwn ? [volume['name']] : [];
  });
  return names.length === 0
    ? NOTHING
    : left(
        `volumes ${names.join(', ')}: mount them in spec.template.spec if jobs need them; a registration kept there is not needed any more.`,
      );
}
