/** Values of gha-runner-scale-set (actions-runner-controller), as people bring them from GitHub. */
import { type Fields, fieldsOf } from '../../api/objects.ts';
import { at } from '../manifests/located.ts';
import { titleOf } from '../manifests/objects.ts';
import { containersOf } from '../manifests/pod-specs.ts';
import type { ReleaseValues } from './estate.ts';
import { numberOr } from './from-workload.ts';
import { type Draft, fields, left, NOTHING, type Part, todo, together, type Wishes } from './part.ts';
import { findDocker, sidecarPart } from './parts/docker-part.ts';
import { type ForgejoHints, forgejoPart, usableUrl } from './parts/forgejo-part.ts';
import { labelsPart } from './parts/labels-part.ts';
import { pick, placementPart } from './parts/placement-part.ts';

/** What a pool has nothing like, or needs nothing like. */
const LEFT: Readonly<Record<string, string>> = {
  runnerGroup: 'Forgejo has no groups of runners; the scope says whose jobs are served, and spec.repositories narrows it.',
  listenerTemplate: 'a pool has no listener.',
  listenerMetrics: 'a pool has no listener; the metrics of the operator are in docs/monitoring.md.',
  keyVault: 'the token comes from a Secret.',
  controllerServiceAccount: 'the operator has no rights in the cluster.',
  resourceMeta: 'set labels and annotations of Pods in spec.template.metadata.',
};

export function fromScaleSet({ source, values, object }: ReleaseValues, wishes: Wishes): Draft {
  const { located } = values;
  const all = fieldsOf(located.value);
  const podSpec = at(located, ['template', 'spec']);
  const runner = containersOf(podSpec).find(({ name, init }) => !init && name === 'runner');
  const resources = fieldsOf(fieldsOf(runner?.located.value)['resources']);
  const where = dockerPart(all, containersOf(podSpec), resources);
  const name = textOf(all['runnerScaleSetName']) ?? textOf(all['fullnameOverride']) ?? object?.name ?? null;
  return {
    origin: `${object === null ? 'values of the chart gha-runner-scale-set' : titleOf(object)} (${source.file}:${located.lineAt([])})`,
    name: name ?? 'runners',
    namespace: wishes.namespace ?? textOf(all['namespaceOverride']) ?? object?.namespace ?? null,
    ...together(
      fields({ mode: wishes.mode ?? 'Ephemeral' }),
      forgejoPart(hintsOf(all), wishes),
      namesPart(all, name, where.fields['containerMode']),
      limitsPart(all),
      where,
      proxyPart(fieldsOf(all['proxy'])),
      placementPart(fieldsOf(podSpec.value)),
      runner === undefined
        ? NOTHING
        : left(
            `container runner (image ${runner.image ?? 'of the chart'}): an image for GitHub is none for Forgejo; tools for the jobs belong into the image that a label names.`,
          ),
      ...Object.entries(LEFT).flatMap(([key, because]) => (all[key] === undefined ? [] : [left(`${key}: ${because}`)])),
      typeof all['githubConfigSecret'] === 'string'
        ? left(`githubConfigSecret ${all['githubConfigSecret']}: it is for GitHub; Forgejo needs a token of its own.`)
        : NOTHING,
    ),
  };
}

/** `https://HOST/ORG`, `https://HOST/OWNER/REPO`, `https://HOST/enterprises/NAME`; the host of GitHub itself says nothing of Forgejo's. */
function hintsOf(all: Fields): ForgejoHints {
  const url = URL.parse(textOf(all['githubConfigUrl']) ?? '');
  const [first, second] = (url?.pathname ?? '').split('/').filter((part) => part !== '');
  const scope =
    first === undefined || first === 'enterprises'
      ? { instance: {} }
      : second === undefined
        ? { organization: first }
        : { repository: `${first}/${second}` };
  const { name, key } = fieldsOf(fieldsOf(fieldsOf(all['githubServerTLS'])['certificateFrom'])['configMapKeyRef']);
  return {
    url: url === null || url.hostname === 'github.com' ? null : usableUrl(url.origin),
    scope: url === null ? null : scope,
    tokenSecret: null,
    ca: typeof name === 'string' ? { caConfigMapRef: { name, ...(typeof key === 'string' ? { key } : {}) } } : {},
  };
}

/** Workflows ask for the name of the scale set, or for its labels where it has some. */
function namesPart(all: Fields, name: string | null, containerMode: unknown): Part {
  const given = [all['scaleSetLabels'], all['runnerLabels']].find(Array.isArray);
  const names = (given ?? [name]).filter((label: unknown) => typeof label === 'string');
  const host = fieldsOf(containerMode)['type'] === 'Host';
  return together(
    labelsPart(names.length === 0 ? null : names.map((label) => (host ? `${label}:host` : label))),
    todo(
      host
        ? 'spec.runner.image: jobs run in the container of the runner, and its image has few tools; build one with yours, or name an image in spec.labels and take another containerMode.'
        : 'spec.labels: say which image the jobs run in, NAME:docker://IMAGE; a bare name is the default image of forgejo-runner.',
    ),
  );
}

function limitsPart(all: Fields): Part {
  const min = numberOr(all['minRunners'], 0);
  const max = all['maxRunners'] === undefined ? null : numberOr(all['maxRunners'], 10);
  return together(
    fields({ minRunners: max === null ? Math.min(min, 10) : Math.min(min, max), ...(max === null ? {} : { maxRunners: max }) }),
    max === null ? todo('spec.maxRunners: the scale set had no limit; a pool has 10 unless it says more.') : NOTHING,
  );
}

function dockerPart(all: Fields, containers: ReturnType<typeof containersOf>, resources: Fields): Part {
  const { type } = fieldsOf(all['containerMode']);
  const limits = Object.keys(resources).length === 0 ? {} : { resources };
  const sidecar = findDocker(containers);
  if (type === 'dind') return fields({ containerMode: { type: 'Dind', ...(limits.resources === undefined ? {} : { dind: limits }) } });
  if (sidecar !== null) return sidecarPart(sidecar);
  if (typeof type === 'string' && type !== '') {
    return together(
      fields({ containerMode: { type: 'Dind', ...(limits.resources === undefined ? {} : { dind: limits }) } }),
      left(`containerMode ${type}: forgejo-runner starts no Pods for jobs; they run in a Docker sidecar, which is privileged.`),
    );
  }
  return fields({ containerMode: { type: 'Host' }, ...limits });
}

function proxyPart(proxy: Fields): Part {
  const one = (key: string): Fields => {
    const { url, credentialSecretRef } = fieldsOf(proxy[key]);
    if (typeof url !== 'string') return {};
    return {
      [key]: {
        url: usableUrl(url) ?? '',
        ...(typeof credentialSecretRef === 'string' ? { credentialsSecretRef: { name: credentialSecretRef } } : {}),
      },
    };
  };
  const whole = { ...one('http'), ...one('https'), ...pick(proxy, ['noProxy']) };
  return fields(Object.keys(whole).length === 0 ? {} : { proxy: whole });
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
