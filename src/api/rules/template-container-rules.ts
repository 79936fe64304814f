/** What a pool's `template` must leave alone in the containers that are the operator's. */

import { fieldsOf } from '../objects.ts';
import { hasSidecar } from './container-mode-rules.ts';
import {
  DOCKER_SIDECAR,
  DOCKER_VARIABLES,
  ENTRYPOINT_VARIABLES,
  hasCaBundle,
  isOwnVolume,
  isProxyVariable,
  isSecretVolume,
  ROOTLESS_VARIABLES,
  RUNNER,
} from './own-parts.ts';
import { isRunnerPath, isSidecarPath } from './own-paths.ts';
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

function mountRule(
  containers: Containers,
  message: string,
  refuses: (mount: Part['fields'], spec: WithTemplate) => boolean,
): StateRule<WithTemplate> {
  return templateRule(message, (spec) =>
    containers(spec)
      .flatMap((container) => entriesOf(container, 'volumeMounts'))
      .filter(({ fields }) => refuses(fields, spec))
      .map(({ path }) => path),
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
  mountRule(
    runners,
    'must not mount anything in the container runner at /tmp, /tmp/stop and /home/runner, at and below the paths where the operator mounts its own volumes (/etc/runner, /run/credentials and, where the pool has them, /etc/runner-ca, /run/cache, /run/job-env, /run/docker-tls, /run/dind), or above any of these',
    ({ mountPath }, spec) => isRunnerPath(spec, mountPath),
  ),
  mountRule(
    sidecars,
    'must not mount anything in the init container dind at, below or above the paths where the operator mounts its own volumes: /run/dind, /var/lib/docker or (type DindRootless) /home/rootless/.local/share/docker, /etc/subuid and /etc/subgid and, with a CA bundle, /etc/runner-ca',
    ({ mountPath }, spec) => isSidecarPath(spec, mountPath),
  ),
  mountRule(
    allContainers,
    'must not mount the volumes credentials and, where the pool has them, cache, job-env, job-env-from-N and docker-tls: what is secret in them is for the containers of the operator, which have it',
    ({ name }, spec) => typeof name === 'string' && isSecretVolume(name) && isOwnVolume(spec, name),
  ),
];
