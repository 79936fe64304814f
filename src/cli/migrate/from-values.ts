/** Values of the Helm chart forgejo-runner (wrenix): a Deployment with a Docker sidecar that nobody has rendered yet. */
import { fieldsOf } from '../../api/objects.ts';
import { chartImage } from '../manifests/helm-values.ts';
import { titleOf } from '../manifests/objects.ts';
import type { ReleaseValues } from './estate.ts';
import { numberOr } from './from-workload.ts';
import { type Draft, fields, left, NOTHING, together, type Wishes } from './part.ts';
import { capacityOf, configPart } from './parts/config-part.ts';
import { sidecarImagePart } from './parts/docker-part.ts';
import { proxyPart } from './parts/env-part.ts';
import { forgejoPart, NO_HINTS } from './parts/forgejo-part.ts';
import { imagePart } from './parts/image-part.ts';
import { areHostLabels, labelsPart } from './parts/labels-part.ts';
import { pick, placementPart, resourcesPart } from './parts/placement-part.ts';

const PLACEMENT = [
  'nodeSelector',
  'tolerations',
  'affinity',
  'topologySpreadConstraints',
  'priorityClassName',
  'imagePullSecrets',
  'hostAliases',
];
/** Values that say how the chart renders its objects, which are not needed any more. */
const UNSAID = [
  'extraEnvVars',
  'extraContainers',
  'podAnnotations',
  'podLabels',
  'podSecurityContext',
  'volumes',
  'volumeMounts',
  'persistence',
];

export function fromChartValues({ source, values, object }: ReleaseValues, wishes: Wishes): Draft {
  const { located } = values;
  const all = fieldsOf(located.value);
  const registration = fieldsOf(fieldsOf(all['runner'])['config']);
  const file = fieldsOf(registration['file']);
  const mode = wishes.mode ?? 'Persistent';
  const { labels } = fieldsOf(file['runner']);
  const labelled = labelsPart(Array.isArray(labels) ? labels.filter((label) => typeof label === 'string') : null);
  const config = configPart(file, imagePart(chartImage(all['image'], 'code.forgejo.org', 'forgejo/runner'), mode));
  const autoscaling = fieldsOf(all['autoscaling']);
  const scales = autoscaling['enabled'] === true;
  const capacity = capacityOf(file);
  const replicas = numberOr(all['replicaCount'], 1);
  const maxRunners = Math.max(1, scales ? numberOr(autoscaling['maxReplicas'], 100) : replicas) * capacity;
  const minRunners = scales ? numberOr(autoscaling['minReplicas'], 1) : replicas;
  const unsaid = UNSAID.filter((key) => Object.keys(fieldsOf(all[key])).length > 0 || (Array.isArray(all[key]) && all[key].length > 0));
  const url = typeof registration['instance'] === 'string' ? registration['instance'] : null;
  return {
    origin: `${object === null ? 'values of the chart forgejo-runner' : titleOf(object)} (${source.file}:${located.lineAt([])})`,
    name: object?.name ?? nameOf(all['fullnameOverride']) ?? nameOf(registration['name']) ?? 'forgejo-runner',
    namespace: wishes.namespace ?? object?.namespace ?? null,
    ...together(
      fields({ mode }),
      forgejoPart({ ...NO_HINTS, url }, wishes),
      labelled,
      config,
      areHostLabels(labelled.fields['labels'])
        ? fields({ containerMode: { type: 'Host' } })
        : sidecarImagePart(chartImage(fieldsOf(all['dind'])['image'], 'docker.io', 'library/docker'), fieldsOf(all['dind'])['resources']),
      fields({ minRunners: mode === 'Persistent' ? Math.min(minRunners, maxRunners) : 0, maxRunners }),
      capacity === 1
        ? NOTHING
        : left(`runner.capacity ${capacity}: a Pod takes one job at a time, so spec.maxRunners is ${capacity} times as high.`),
      proxyPart(config.envs),
      resourcesPart(all['resources']),
      placementPart({ ...pick(all, PLACEMENT), serviceAccountName: fieldsOf(all['serviceAccount'])['name'] }),
      unsaid.length === 0 ? NOTHING : left(`values ${unsaid.join(', ')}: set what is still wanted in spec.template.`),
    ),
  };
}

function nameOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
