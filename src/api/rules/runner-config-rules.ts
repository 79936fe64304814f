/**
 * What a pool's `runner.config` must leave alone, and the types of what it may set: forgejo-runner ends with status 1 at a wrong
 * type, and passes over a key that it does not know (12.8.2, `config.go`), so unknown ones are left to it.
 */

import { isObject } from '../objects.ts';
import type { RunnerPoolSpec } from '../spec/runnerpool.ts';
import type { StateRule } from './rule.ts';

type WithRunner = Pick<RunnerPoolSpec, 'runner'>;

const CONFIG = 'spec.runner.config';
/** The YAML reader of forgejo-runner (go.yaml.in/yaml 3.0.4) refuses these as they stand or reads them as another text: tried one by one. */
const UNREADABLE = /[^\t\n\r\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
/** A Go duration; the runner passes over a negative one. */
const DURATION = /^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$/;
const MAX_RETRIES = 1000;

function isWholeNumber(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_RETRIES;
}

/** Undefined where a section on the way is missing or no object. */
function valueAt(config: unknown, path: string): unknown {
  return path.split('.').reduce((value, key) => (isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined), config);
}

function refused(key: string, because: string): StateRule<WithRunner> {
  return {
    kind: 'state',
    at: CONFIG,
    message: `must not set ${key}: ${because}`,
    cel: null,
    broken: ({ runner }) => (valueAt(runner.config, key) === undefined ? [] : [`${CONFIG}.${key}`]),
  };
}

/** One rule for each key, so that a refusal names the one that is wrong. */
function typed(keys: readonly string[], type: string, fits: (value: unknown) => boolean): readonly StateRule<WithRunner>[] {
  return keys.map((key) => ({
    kind: 'state',
    at: CONFIG,
    message: `${key} must be ${type}`,
    cel: null,
    broken: ({ runner }) => {
      const value = valueAt(runner.config, key);
      return value === undefined || value === null || fits(value) ? [] : [`${CONFIG}.${key}`];
    },
  }));
}

/** The paths of all keys and list items in `value` that `breaks` says yes to, itself included. */
function pathsWhere(value: unknown, path: string, breaks: (value: unknown, key: string) => boolean, key = ''): readonly string[] {
  if (breaks(value, key)) return [path];
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => pathsWhere(item, `${path}[${index}]`, breaks));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => pathsWhere(member, `${path}.${shown(name)}`, breaks, name));
}

/** A key is the user's text: one that can't be shown is not. */
export function shown(key: string): string {
  return /^[\w.<-]{1,63}$/.test(key) ? key : '*';
}

function everywhere(message: string, breaks: (value: unknown, key: string) => boolean): StateRule<WithRunner> {
  return { kind: 'state', at: CONFIG, message, cel: null, broken: ({ runner }) => pathsWhere(runner.config, CONFIG, breaks) };
}

/** Text that forgejo-runner reads back from its YAML file as it was given. */
export function isReadable(text: string): boolean {
  return !UNREADABLE.test(text);
}

export const RUNNER_CONFIG_RULES: readonly StateRule<WithRunner>[] = [
  refused('log', 'that a runner is busy is told by what it logs'),
  refused('server', 'every runner is registered by the operator'),
  refused('cache', 'set spec.cache'),
  refused('runner.capacity', 'a Pod is for one job, a second one would share its life, its limits and its Docker'),
  refused('runner.timeout', 'set spec.jobTimeoutSeconds'),
  refused('runner.shutdown_timeout', 'it follows from spec.jobTimeoutSeconds'),
  refused('runner.fetch_interval', 'the deadlines of the operator count on it'),
  refused('runner.fetch_timeout', 'the deadlines of the operator count on it'),
  refused('runner.report_interval', 'the deadlines of the operator count on it'),
  refused('runner.file', 'a runner has its registration on its command line'),
  refused('runner.labels', 'set spec.labels'),
  refused('runner.envs', 'set spec.runner.envs'),
  refused('runner.env_file', 'set spec.runner.envFrom'),
  refused('runner.insecure', 'set spec.forgejo.caSecretRef or caConfigMapRef'),
  refused('container.docker_host', 'set spec.containerMode'),
  refused('host.workdir_parent', 'jobs work on the volume home'),
  ...typed(['runner', 'runner.report_retry', 'container', 'host'], 'an object', isObject),
  ...typed(
    ['container.network', 'container.network_mode', 'container.options', 'container.workdir_parent'],
    'a string',
    (value) => typeof value === 'string',
  ),
  ...typed(
    ['container.enable_ipv6', 'container.privileged', 'container.force_pull', 'container.force_rebuild'],
    'true or false',
    (value) => typeof value === 'boolean',
  ),
  ...typed(
    ['container.valid_volumes'],
    'a list of strings',
    (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  ),
  ...typed(['runner.report_retry.max_retries'], `a whole number from 0 to ${MAX_RETRIES}`, isWholeNumber),
  ...typed(
    ['runner.report_retry.initial_delay', 'runner.report_retry.max_delay'],
    'a duration such as 100ms or 1m30s',
    (value) => typeof value === 'string' && DURATION.test(value),
  ),
  everywhere('must not hold null: a key that is left out has its default', (value) => value === null),
  everywhere('must not hold the key <<, which would merge keys past these rules', (_, key) => key === '<<'),
  everywhere(
    'must hold no control characters but tabs and line ends, and none of U+2028, U+2029, U+FFFE and U+FFFF: the runner could not read its file',
    (value, key) => !isReadable(key) || (typeof value === 'string' && !isReadable(value)),
  ),
];
