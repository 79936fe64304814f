/** Where the Pods run and what they may use, which a pool says in Kubernetes' own words. */
import { type Fields, fieldsOf, isObject } from '../../../api/objects.ts';
import { fields, left, type Part, together } from '../part.ts';

const AS_IT_IS = ['nodeSelector', 'tolerations', 'affinity', 'topologySpreadConstraints', 'priorityClassName', 'runtimeClassName'];
/** What a pool has no field for, and `template` does. */
const BY_TEMPLATE = ['hostAliases', 'dnsPolicy', 'dnsConfig', 'schedulerName'];
/** What the operator decides, or what is only a default written out. */
const SILENT = new Set([
  'containers',
  'initContainers',
  'volumes',
  'restartPolicy',
  'terminationGracePeriodSeconds',
  'automountServiceAccountToken',
  'enableServiceLinks',
  'serviceAccount',
  'serviceAccountName',
  'imagePullSecrets',
  'activeDeadlineSeconds',
]);
const DEFAULTS: Fields = { dnsPolicy: 'ClusterFirst', schedulerName: 'default-scheduler', securityContext: {} };

/** `podSpec`: of a Pod, or the values of a chart that have the same names. */
export function placementPart(podSpec: Fields): Part {
  const set = Object.fromEntries(Object.entries(podSpec).filter(([key, value]) => !isEmpty(value) && !isDefault(key, value)));
  const { serviceAccountName, imagePullSecrets } = set;
  const byTemplate = pick(set, BY_TEMPLATE);
  const others = Object.keys(set).filter((key) => ![...AS_IT_IS, ...BY_TEMPLATE].includes(key) && !SILENT.has(key));
  return together(
    fields(pick(set, AS_IT_IS)),
    fields(typeof serviceAccountName === 'string' && serviceAccountName !== 'default' ? { serviceAccountName } : {}),
    fields(
      Array.isArray(imagePullSecrets)
        ? { imagePullSecrets: imagePullSecrets.map((secret: unknown) => pick(fieldsOf(secret), ['name'])) }
        : {},
    ),
    fields(isEmpty(byTemplate) ? {} : { template: { spec: byTemplate } }),
    ...others.map((key) => left(`${key} of the Pod: set it in spec.template.spec if it is still wanted.`)),
  );
}

export function pick(from: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

function isDefault(key: string, value: unknown): boolean {
  return DEFAULTS[key] === value;
}

/** Requests and limits under `resources` of the spec; nothing when there are none. */
export function resourcesPart(resources: unknown): Part {
  return fields(isEmpty(resources) ? {} : { resources });
}
