/** Specs whose `runner.config` or `runner.envs` breaks one rule: refused by the operator, for CEL sees neither. */
import type { RefusedCase } from './specs.ts';

const CONFIG = 'spec.runner.config';
const ENVS = 'spec.runner.envs';
const READABLE =
  'must hold no control characters but tabs and line ends, and none of U+2028, U+2029, U+FFFE and U+FFFF: the runner could not read its file';
const SET_BY_RUNNER = 'must not set a variable that the runner sets itself, such as FORGEJO_TOKEN, GITHUB_SHA or CI: jobs would not get it';
const NAMES = 'must name its variables with letters, digits and "_", no digit first, in at most 255 characters';
const RETRIES = 'runner.report_retry.max_retries must be a whole number from 0 to 1000';

function nested(path: string, value: unknown): unknown {
  return path.split('.').reduceRight((inner, key) => ({ [key]: inner }), value);
}

function config(at: string, value: unknown, message: string, because: string, field = at): RefusedCase {
  return {
    situation: `runner.config.${at} ${JSON.stringify(value)}`,
    because,
    patch: { runner: { config: nested(at, value) } },
    problems: [{ field: `${CONFIG}.${field}`, message }],
  };
}

function refused(key: string, value: unknown, reason: string, because: string): RefusedCase {
  return config(key, value, `must not set ${key}: ${reason}`, because);
}

function env(name: string, message: string, because: string, others: object = {}, value = 'x', field = `${ENVS}.${name}`): RefusedCase {
  return {
    situation: `the variable ${JSON.stringify(name)} ${JSON.stringify(others)}`,
    because,
    patch: { runner: { envs: { [name]: value } }, ...others },
    problems: [{ field, message }],
  };
}

export const REFUSED_RUNNER: readonly RefusedCase[] = [
  refused('log', { level: 'warn' }, 'that a runner is busy is told by what it logs', 'the line that names a task is one of level info'),
  refused('server', {}, 'every runner is registered by the operator', 'a second connection ends the runner with status 1'),
  refused('cache', { enabled: true }, 'set spec.cache', 'a cache within the Pod would end with it'),
  refused(
    'runner.capacity',
    2,
    'a Pod is for one job, a second one would share its life, its limits and its Docker',
    'a runner that takes a second job is counted as one',
  ),
  refused('runner.timeout', '1h', 'set spec.jobTimeoutSeconds', "the Pod's grace and deadline follow from it"),
  refused('runner.shutdown_timeout', '1h', 'it follows from spec.jobTimeoutSeconds', 'a shorter one breaks off a task at TERM'),
  refused('runner.fetch_interval', '60s', 'the deadlines of the operator count on it', 'an idle runner would seem stuck'),
  refused('runner.fetch_timeout', '1s', 'the deadlines of the operator count on it', 'a task could get lost on its way'),
  refused('runner.report_interval', '1m', 'the deadlines of the operator count on it', 'a runner that ends would seem lost'),
  refused('runner.file', '/data/.runner', 'a runner has its registration on its command line', 'two sources end the runner with status 1'),
  refused('runner.labels', ['x'], 'set spec.labels', 'the operator takes jobs by the labels that it knows'),
  refused('runner.envs', { A: 'b' }, 'set spec.runner.envs', 'there is one place for it'),
  refused('runner.env_file', '/x', 'set spec.runner.envFrom', 'there is one file, and it is ours'),
  refused('runner.insecure', true, 'set spec.forgejo.caSecretRef or caConfigMapRef', 'the token would go to whoever answers'),
  refused('container.docker_host', 'automount', 'set spec.containerMode', 'the runner would look for a socket by itself'),
  refused('host.workdir_parent', '/work', 'jobs work on the volume home', 'the root file system is read-only'),
  config('container', 'x', 'container must be an object', 'a section is a map'),
  config('runner', 'x', 'runner must be an object', 'a section is a map'),
  config('host', [], 'host must be an object', 'a list is no map'),
  config('runner.report_retry', 3, 'runner.report_retry must be an object', 'the runner ends with status 1'),
  ...['network', 'network_mode', 'options', 'workdir_parent'].map((key) =>
    config(`container.${key}`, ['x'], `container.${key} must be a string`, 'the runner ends with status 1'),
  ),
  ...['enable_ipv6', 'privileged', 'force_pull', 'force_rebuild'].map((key) =>
    config(`container.${key}`, 'yes', `container.${key} must be true or false`, 'a word is no switch'),
  ),
  {
    situation: 'two keys of runner.config of a wrong type',
    because: 'each is named by itself',
    patch: { runner: { config: { container: { privileged: 'yes', force_pull: 1, enable_ipv6: true } } } },
    problems: ['privileged', 'force_pull'].map((key) => ({
      field: `${CONFIG}.container.${key}`,
      message: `container.${key} must be true or false`,
    })),
  },
  config('container.valid_volumes', '/data', 'container.valid_volumes must be a list of strings', 'one path is a list of one'),
  config('container.valid_volumes', [7], 'container.valid_volumes must be a list of strings', 'a number is no path'),
  ...[-1, 0.5, 1001, '3'].map((value) => config('runner.report_retry.max_retries', value, RETRIES, 'it is a count')),
  ...['initial_delay', 'max_delay'].flatMap((key) =>
    ['3', '-1s', '1 s', 3].map((value) =>
      config(
        `runner.report_retry.${key}`,
        value,
        `runner.report_retry.${key} must be a duration such as 100ms or 1m30s`,
        'Go reads no such duration',
      ),
    ),
  ),
  config(
    'future',
    [null],
    'must not hold null: a key that is left out has its default',
    'the runner would take it for nothing',
    'future[0]',
  ),
  config(
    'container.<<',
    { docker_host: 'automount' },
    'must not hold the key <<, which would merge keys past these rules',
    'YAML merges what stands below it',
  ),
  config('container.options', '--label=a\u0000b', READABLE, 'no argument holds a zero'),
  config('future', ['a\u0085b'], READABLE, 'the YAML reader takes it for a line break', 'future[0]'),
  config('a\u2028b', true, READABLE, 'keys are read too, and one that can not be shown is not', '*'),
  env('0DAY', NAMES, 'a digit can not be first'),
  env('a-b', NAMES, 'shells know no such name'),
  env('A'.repeat(256), NAMES, 'a name has an end, and is not shown beyond', {}, 'x', `${ENVS}.*`),
  env('a b', NAMES, 'a key that can not be shown is not', {}, 'x', `${ENVS}.*`),
  env('FORGEJO_TOKEN', SET_BY_RUNNER, 'every job has its own'),
  env('GITHUB_STEP_SUMMARY', SET_BY_RUNNER, 'it is set before each step'),
  env('CI', SET_BY_RUNNER, 'it is always true'),
  env('ACTIONS_CACHE_URL', 'must not set ACTIONS_CACHE_URL beside spec.cache: the runner sets it', 'the cache of the pool would win', {
    cache: { server: {} },
  }),
  env(
    'no_proxy',
    'must not set HTTP_PROXY, http_proxy, HTTPS_PROXY, https_proxy, NO_PROXY, no_proxy beside spec.proxy, which sets them',
    'the file that spec.proxy writes would win',
    { proxy: { http: { url: 'http://proxy.example.org:3128' } } },
  ),
  env('A', READABLE, 'the YAML reader refuses it', {}, 'a\u007fb'),
  env('A', READABLE, 'half a character is none', {}, '\ud83d'),
];
