/** The configuration file of forgejo-runner: what of it goes on standing in `spec.runner.config`, and what has a field of its own. */
import { type Fields, fieldsOf, isObject } from '../../../api/objects.ts';
import { fields, left, NOTHING, type Part, together } from '../part.ts';
import { holdsSecret, jobVariablesPart } from './env-part.ts';
import { pick } from './placement-part.ts';

const CONTAINER = [
  'network',
  'network_mode',
  'enable_ipv6',
  'privileged',
  'options',
  'workdir_parent',
  'valid_volumes',
  'force_pull',
  'force_rebuild',
];
const OWN = ['file', 'fetch_interval', 'fetch_timeout', 'report_interval', 'shutdown_timeout'];
const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
/** Options that hand a variable to a container, and so maybe a secret. */
const PASSES_VARIABLE = /(^|\s)(-e|--env|--env-file)\b/;
/** How a job reached a Docker sidecar with certificates; the operator's has a socket. */
const OLD_CERTIFICATES = /\/certs\b/;

export interface ConfigPart extends Part {
  /** Variables that jobs got, proxies too. */
  readonly envs: Readonly<Record<string, string>>;
}

/** `image`: the part that says `runner.image`, which shares a field with this one. */
export function configPart(config: Fields, image: Part): ConfigPart {
  const runner = fieldsOf(config['runner']);
  const envs = textsOf(runner['envs']);
  const ofJobs = jobVariablesPart(envs);
  const container = containerOf(fieldsOf(config['container']));
  const merged: Fields = {
    ...fieldsOf(image.fields['runner']),
    ...(Object.keys(container.kept).length === 0 ? {} : { config: { container: container.kept } }),
    ...(Object.keys(ofJobs.envs).length === 0 ? {} : { envs: ofJobs.envs }),
  };
  return {
    envs,
    ...together(
      { fields: {}, notes: image.notes },
      fields(Object.keys(merged).length === 0 ? {} : { runner: merged }),
      timeoutPart(runner['timeout']),
      ofJobs.notes,
      ...container.dropped.map((key) => left(`configuration container.${key}: see docs/pods.md, "The runner's configuration".`)),
      ...leftovers(config, runner),
    ),
  };
}

interface ContainerSection {
  readonly kept: Fields;
  readonly dropped: readonly string[];
}

function containerOf(section: Fields): ContainerSection {
  const given = pick(section, CONTAINER);
  const kept = Object.entries(given).filter(
    ([key, value]) => value !== null && value !== '' && !isEmptyList(value) && isCarried(key, value),
  );
  const dropped = Object.entries(section).filter(([key, value]) => {
    if (value === null || value === '' || isEmptyList(value)) return false;
    if (key === 'docker_host') return value !== '-' && value !== 'automount';
    return !CONTAINER.includes(key) || !isCarried(key, value);
  });
  return { kept: Object.fromEntries(kept), dropped: dropped.map(([key]) => key) };
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function isCarried(key: string, value: unknown): boolean {
  if (key !== 'options' && key !== 'valid_volumes') return true;
  const text = String(value);
  return !PASSES_VARIABLE.test(text) && !OLD_CERTIFICATES.test(text) && !holdsSecret(text);
}

function leftovers(config: Fields, runner: Fields): readonly Part[] {
  const cache = fieldsOf(config['cache']);
  const own = [
    ...(isObject(config['log']) ? ['log'] : []),
    ...OWN.filter((key) => runner[key] !== undefined).map((key) => `runner.${key}`),
  ];
  return [
    cache['enabled'] === true || cache['external_server']
      ? left('the cache: each runner had its own; set spec.cache for one that outlives them (docs/pods.md).')
      : NOTHING,
    runner['insecure'] === true
      ? left('configuration runner.insecure: name the CA in spec.forgejo.caConfigMapRef or caSecretRef instead.')
      : NOTHING,
    typeof runner['env_file'] === 'string' && !['', '.env'].includes(runner['env_file'])
      ? left('configuration runner.env_file: put the variables into a Secret and name it in spec.runner.envFrom.')
      : NOTHING,
    isObject(config['host']) && config['host']['workdir_parent']
      ? left('configuration host.workdir_parent: jobs work on the volume home.')
      : NOTHING,
    own.length === 0 ? NOTHING : left(`configuration ${own.join(', ')}: the operator sets ${own.length === 1 ? 'it' : 'them'}.`),
  ];
}

function timeoutPart(timeout: unknown): Part {
  if (typeof timeout !== 'string') return NOTHING;
  const parts = [...timeout.matchAll(/([0-9]+(?:\.[0-9]+)?)(h|m|s)/g)];
  if (parts.map(([text]) => text).join('') !== timeout || timeout === '')
    return left('configuration runner.timeout: set spec.jobTimeoutSeconds.');
  const seconds = parts.reduce((sum, [, number, unit = 's']) => sum + Number(number) * (UNITS[unit] ?? 1), 0);
  return fields({ jobTimeoutSeconds: Math.round(seconds) });
}

/** How many jobs one runner took at a time. */
export function capacityOf(config: Fields): number {
  const capacity = fieldsOf(config['runner'])['capacity'];
  return typeof capacity === 'number' && Number.isInteger(capacity) && capacity > 0 ? capacity : 1;
}

function textsOf(envs: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(fieldsOf(envs)).filter(([, value]) => value !== null && typeof value !== 'object');
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}
