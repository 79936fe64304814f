/** What a pool's `template` must leave alone in the containers that are the operator's. */

import { fieldsOf } from '../objects.ts';
import { hasSidecar } from './container-mode-rules.ts';
import {
  DOCKER_SIDECAR,
  DOCKER_VARIABLES,
  ENTRYPOINT_VARIABLES,
  hasCaBundle,
  inPool,
  isNamed,
  isProxyVariable,
  OWN_VOLUMES,
  type OwnVolume,
  ROOTLESS_VARIABLES,
  RUNNER,
} from './own-parts.ts';
import { type OwnPath, pathInTheWay, RUNNER_PATHS, SIDECAR_PATHS } from './own-paths.ts';
import { PROXY_VARIABLES } from './proxy-variables.ts';
import type { StateRule } from './rule.ts';
import { allContainers, entriesOf, named, type Part, pathsOf, podEntries, templateRule, type WithTemplate } from './template-parts.ts';

function runners(spec: WithTemplate): readonly Part[] {
  return named(podEntries(spec, 'containers'), RUNNER);
}

function sidecars(spec: WithTemplate): readonly Part[] {
  return hasSidecar(spec.containerMode.type) ? named(podEntries(spec, 'initContainers'), DOCKER_SIDECAR) : [];
}

function runnerFieldRule(field: string, because: string): StateRule<WithTemplate> {
  return templateRule(`must not set ${field} of the container runner: ${because}`, (spec) =>
    runners(spec).flatMap((runner) => pathsOf(runner, field)),
  );
}

function sidecarFieldRule(field: string, because: string): StateRule<WithTemplate> {
  return templateRule(`must not set ${field} of the init container dind: ${because}`, (spec) =>
    sidecars(spec).flatMap((sidecar) => pathsOf(sidecar, field)),
  );
}

/** The containers of a template that a rule is about. */
type Containers = (spec: WithTemplate) => readonly Part[];

function ours(spec: WithTemplate): readonly Part[] {
  return [...runners(spec), ...sidecars(spec)];
}

function variableRule(
  containers: Containers,
  message: string,
  refuses: (name: string, spec: WithTemplate) => boolean,
): StateRule<WithTemplate> {
  return templateRule(message, (spec) =>
    containers(spec).flatMap((container) =>
      entriesOf(container, 'env')
        .filter(({ fields: { name } }) => typeof name === 'string' && refuses(name, spec))
        .map(({ path }) => path),
    ),
  );
}

function mountsThat(containers: readonly Part[], breaks: (mount: Part['fields']) => boolean): readonly string[] {
  return containers
    .flatMap((container) => entriesOf(container, 'volumeMounts'))
    .filter(({ fields }) => breaks(fields))
    .map(({ path }) => path);
}

/** One rule for each path, so that a refusal names the one that is in the way. */
function pathRules(containers: Containers, container: string, paths: readonly OwnPath[]): readonly StateRule<WithTemplate>[] {
  return paths.map((own) => {
    const reach = own.isOpenBelow === true ? `${own.path} or above it` : `${own.path}, below it or above it`;
    return templateRule(`must not mount anything in the ${container} at ${reach}${inPool(own)}: ${own.because}`, (spec) =>
      mountsThat(containers(spec), ({ mountPath }) => pathInTheWay(paths, spec, mountPath) === own),
    );
  });
}

function secretRule(volume: OwnVolume): StateRule<WithTemplate> {
  const because = 'what is secret in it is for the containers of the operator, which have it';
  return templateRule(`must not mount the volume ${volume.name}${inPool(volume)}: ${because}`, (spec) =>
    volume.isPresent(spec) ? mountsThat(allContainers(spec), ({ name }) => isNamed(volume, name)) : [],
  );
}

/** Its times are the user's. Without it, or with another question, the runner would start before the daemon answers. */
function probesOtherwise({ fields, path }: Part): readonly string[] {
  const probe = { fields: fieldsOf(fields['startupProbe']), path: `${path}.startupProbe` };
  if (fields['startupProbe'] === null) return [probe.path];
  return ['exec', 'httpGet', 'tcpSocket', 'grpc', '$patch', '$retainKeys'].flatMap((field) => pathsOf(probe, field));
}

/** The lists and the image without which a container of ours is not what the pool needs. */
const NEEDED = ['image', 'env', 'volumeMounts'];

function takenAway(container: Part): readonly string[] {
  const nulls = NEEDED.filter((field) => container.fields[field] === null).map((field) => `${container.path}.${field}`);
  const replaced = NEEDED.flatMap((field) => entriesOf(container, field)).filter(({ fields }) => fields['$patch'] === 'replace');
  const directives = ['$patch', '$retainKeys'].flatMap((directive) => pathsOf(container, directive));
  return [...directives, ...nulls, ...replaced.map(({ path }) => path)];
}

export const TEMPLATE_CONTAINER_RULES: readonly StateRule<WithTemplate>[] = [
  runnerFieldRule('command', 'the entrypoint shields a running job'),
  runnerFieldRule('args', 'the entrypoint shields a running job'),
  runnerFieldRule('envFrom', 'it could set a variable that steers the entrypoint; spec.runner.envFrom gives variables to the jobs'),
  runnerFieldRule('lifecycle', 'its preStop hook tells the entrypoint to stop'),
  runnerFieldRule('restartPolicy', 'a registration that was used is never used again'),
  runnerFieldRule('restartPolicyRules', 'a registration that was used is never used again'),
  sidecarFieldRule('command', 'where the Docker daemon listens is fixed; spec.containerMode.dind.args adds arguments'),
  sidecarFieldRule('args', 'where the Docker daemon listens is fixed; spec.containerMode.dind.args adds arguments'),
  sidecarFieldRule('lifecycle', 'a hook could end the daemon before its runner'),
  templateRule('must not take away startupProbe of the init container dind, nor say what it asks: the runner waits for it', (spec) =>
    sidecars(spec).flatMap(probesOtherwise),
  ),
  sidecarFieldRule('restartPolicy', 'it is a sidecar, which starts before the runner and ends after it'),
  templateRule(
    'must not delete or replace the container runner and the init container dind, nor take away their image, env and volumeMounts: the pool needs them',
    (spec) => ours(spec).flatMap(takenAway),
  ),
  variableRule(runners, `must not set ${ENTRYPOINT_VARIABLES.join(', ')} in the container runner: they steer the entrypoint`, (name) =>
    ENTRYPOINT_VARIABLES.includes(name),
  ),
  variableRule(
    runners,
    'must not set HOME in the container runner: only there are volumes that it can write to',
    (name) => name === 'HOME',
  ),
  variableRule(
    sidecars,
    `must not set ${ROOTLESS_VARIABLES.join(', ')} in the init container dind of type DindRootless: where its files lie is fixed, and spec.containerMode.dind.mtu is its MTU`,
    (name, { containerMode }) => containerMode.type === 'DindRootless' && ROOTLESS_VARIABLES.includes(name),
  ),
  variableRule(
    runners,
    `must not set ${DOCKER_VARIABLES.join(', ')} in the container runner: spec.containerMode says which Docker daemon it uses`,
    (name, { containerMode }) => containerMode.type !== 'Host' && DOCKER_VARIABLES.includes(name),
  ),
  variableRule(
    ours,
    'must not set SSL_CERT_DIR in the containers runner and dind of a pool with a CA bundle: it names that bundle',
    (name, spec) => name === 'SSL_CERT_DIR' && hasCaBundle(spec),
  ),
  variableRule(
    ours,
    `must not set ${PROXY_VARIABLES.join(', ')}, or what they are made of, in the containers runner and dind of a pool with a proxy: set spec.proxy instead`,
    (name, { proxy }) => proxy !== undefined && isProxyVariable(name),
  ),
  ...pathRules(runners, 'container runner', RUNNER_PATHS),
  ...pathRules(sidecars, 'init container dind', SIDECAR_PATHS),
  ...OWN_VOLUMES.filter(({ isSecret }) => isSecret === true).map(secretRule),
];
