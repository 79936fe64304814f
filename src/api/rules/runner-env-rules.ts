/** What `runner.envs` must keep. CEL sees none of it: the length of a key has no bound, and so no rule on keys a cost that the API server allows. */

import type { RunnerPoolSpec } from '../spec/runnerpool.ts';
import { PROXY_VARIABLES } from './proxy-variables.ts';
import type { StateRule } from './rule.ts';
import { isReadable, shown } from './runner-config-rules.ts';

type WithEnvs = Pick<RunnerPoolSpec, 'runner' | 'proxy' | 'cache'>;

const ENVS = 'spec.runner.envs';
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;

/** Each with the prefix FORGEJO_ and with GITHUB_ (forgejo-runner 12.8.2, `withGithubEnv` and `setupEnv`). */
const CONTEXT = [
  'ACTION',
  'ACTION_PATH',
  'ACTION_REF',
  'ACTION_REPOSITORY',
  'ACTIONS',
  'ACTOR',
  'API_URL',
  'BASE_REF',
  'ENV',
  'EVENT_NAME',
  'EVENT_PATH',
  'HEAD_REF',
  'JOB',
  'OUTPUT',
  'PATH',
  'REF',
  'REF_NAME',
  'REF_TYPE',
  'REPOSITORY',
  'REPOSITORY_OWNER',
  'RETENTION_DAYS',
  'RUN_ATTEMPT',
  'RUN_ID',
  'RUN_NUMBER',
  'SERVER_URL',
  'SHA',
  'STATE',
  'STEP_SUMMARY',
  'TOKEN',
  'WORKFLOW',
  'WORKFLOW_REF',
  'WORKSPACE',
];

/** Whatever the runner is given for these, it sets its own (`NewRunner`, `run`). */
const SET_BY_RUNNER: ReadonlySet<string> = new Set([
  ...CONTEXT.flatMap((name) => [`FORGEJO_${name}`, `GITHUB_${name}`]),
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_URL',
  'ACTIONS_RESULTS_URL',
  'ACTIONS_RUNTIME_TOKEN',
  'ACTIONS_RUNTIME_URL',
  'CI',
  'FORGEJO_ACTIONS_RUNNER_VERSION',
  'GITEA_ACTIONS',
  'GITEA_ACTIONS_RUNNER_VERSION',
  'ImageOS',
  'RUNNER_PERFLOG',
  'RUNNER_TRACKING_ID',
]);
const PROXY: ReadonlySet<string> = new Set(PROXY_VARIABLES);

function rule(message: string, breaks: (name: string, value: string, spec: WithEnvs) => boolean): StateRule<WithEnvs> {
  return {
    kind: 'state',
    at: ENVS,
    message,
    cel: null,
    broken: (spec) =>
      Object.entries(spec.runner.envs ?? {})
        .filter(([name, value]) => breaks(name, value, spec))
        .map(([name]) => `${ENVS}.${NAME.test(name) ? name : shown(name)}`),
  };
}

export const RUNNER_ENV_RULES: readonly StateRule<WithEnvs>[] = [
  rule('must name its variables with letters, digits and "_", no digit first, in at most 255 characters', (name) => !NAME.test(name)),
  rule('must not set a variable that the runner sets itself, such as FORGEJO_TOKEN, GITHUB_SHA or CI: jobs would not get it', (name) =>
    SET_BY_RUNNER.has(name),
  ),
  rule(
    'must not set ACTIONS_CACHE_URL beside spec.cache: the runner sets it',
    (name, _, { cache }) => name === 'ACTIONS_CACHE_URL' && cache !== undefined,
  ),
  rule(
    `must not set ${PROXY_VARIABLES.join(', ')} beside spec.proxy, which sets them`,
    (name, _, { proxy }) => PROXY.has(name) && proxy !== undefined,
  ),
  rule(
    'must hold no control characters but tabs and line ends, and none of U+2028, U+2029, U+FFFE and U+FFFF: the runner could not read its file',
    (_, value) => !isReadable(value),
  ),
];
