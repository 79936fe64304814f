/** What can be wrong with a Forgejo, a token or a pool, each with what doctor has to say of it. */
import { validateSpec } from '../../../src/api/validate.ts';
import type { CheckId, Level } from '../../../src/cli/doctor/finding.ts';
import type { DoctorOptions } from '../../../src/cli/doctor/run.ts';
import type { Target } from '../../../src/cli/doctor/target.ts';
import type { EmbeddedForgejo } from '../../../src/dev/forgejo/embedded.ts';
import { MINIMAL, patched } from '../../api/specs.ts';
import { ACME, APP, type DoctoredOptions, goOnline, knownPool, register, URL_OF_FORGEJO } from './support.ts';

export interface DoctorCase {
  /** A sentence; also the name of its golden file. */
  readonly situation: string;
  readonly because: string;
  readonly world?: DoctoredOptions;
  readonly prepare?: (forgejo: EmbeddedForgejo) => void | Promise<void>;
  readonly target?: Partial<Target>;
  readonly options?: Partial<DoctorOptions>;
  /** Findings that must be among those of the golden file. */
  readonly says: readonly (readonly [CheckId, Level])[];
  readonly code: 0 | 1;
}

const VERSION = '/api/v1/version';
const RUNNERS = '/orgs/acme/actions/runners';
const UID = '6b7f0c1e-0000-4000-8000-000000000001';
const OTHER_UID = '6b7f0c1e-0000-4000-8000-000000000002';

function answers(
  path: string,
  status: number,
  body = '',
  headers: Readonly<Record<string, string>> = {},
): (forgejo: EmbeddedForgejo) => void {
  return (forgejo) => forgejo.setFaults([{ when: { path }, fault: { kind: 'answer', status, body, headers } }]);
}

function refuses(code: string): (forgejo: EmbeddedForgejo) => void {
  return (forgejo) => forgejo.setFaults([{ fault: { kind: 'refuse', code } }]);
}

function poolOf(patch: Record<string, unknown>): Partial<Target> {
  return { pool: { name: 'ci/docker', validated: validateSpec(patched(MINIMAL, patch)) }, pools: [] };
}

const REACH: readonly DoctorCase[] = [
  {
    situation: 'all is well',
    because: 'then nothing but ok is said',
    target: { ...poolOf({}), pools: [knownPool('ci/docker')] },
    says: [
      ['reachable', 'ok'],
      ['version', 'ok'],
      ['clock', 'ok'],
      ['oidc', 'ok'],
      ['oidc-keys', 'ok'],
      ['pool-spec', 'ok'],
      ['dns', 'ok'],
    ],
    code: 0,
  },
  {
    situation: 'the name is unknown to DNS',
    because: 'a typing error in the URL is the first thing to rule out',
    world: { dns: 'ENOTFOUND' },
    prepare: refuses('ENOTFOUND'),
    says: [
      ['dns', 'fail'],
      ['reachable', 'fail'],
    ],
    code: 1,
  },
  {
    situation: 'the DNS server does not answer',
    because: 'that is not the same as an unknown name',
    world: { dns: 'EAI_AGAIN' },
    prepare: refuses('EAI_AGAIN'),
    says: [
      ['dns', 'fail'],
      ['reachable', 'fail'],
    ],
    code: 1,
  },
  {
    situation: 'the address is one that the operator refuses',
    because: 'doctor on a laptop reaches what the operator must not',
    world: { addresses: ['127.0.0.1', '10.0.0.5'] },
    says: [['address', 'warn']],
    code: 0,
  },
  {
    situation: 'a proxy is set in the environment',
    because: 'curl would take it, and the operator does not',
    target: { proxyVariables: ['HTTPS_PROXY', 'http_proxy'] },
    says: [['proxy-variables', 'warn']],
    code: 0,
  },
  {
    situation: 'nothing listens',
    because: 'the port is wrong, or Forgejo is down',
    prepare: refuses('ECONNREFUSED'),
    says: [['reachable', 'fail']],
    code: 1,
  },
  {
    situation: 'the CA is private',
    because: 'the fix is to name it here and in the pool',
    prepare: refuses('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
    says: [['reachable', 'fail']],
    code: 1,
  },
  {
    situation: 'the certificate has expired',
    because: 'no CA helps then',
    prepare: refuses('CERT_HAS_EXPIRED'),
    says: [['reachable', 'fail']],
    code: 1,
  },
  {
    situation: 'the certificate is for another name',
    because: 'an in-cluster name often is not in it',
    prepare: refuses('ERR_TLS_CERT_ALTNAME_INVALID'),
    says: [['reachable', 'fail']],
    code: 1,
  },
  {
    situation: 'the port speaks no TLS',
    because: 'https to a plain port',
    prepare: refuses('EPROTO'),
    says: [['reachable', 'fail']],
    code: 1,
  },
  {
    situation: 'the server wants https',
    because: 'a redirect is not followed with a token',
    target: { url: 'http://forgejo.example.org' },
    prepare: answers(VERSION, 301, '', { location: `${URL_OF_FORGEJO}${VERSION}` }),
    says: [['reachable', 'fail']],
    code: 1,
  },
  {
    situation: 'the URL is that of a page',
    because: 'people copy it from the address bar',
    target: { url: `${URL_OF_FORGEJO}/acme/app` },
    says: [['reachable', 'fail']],
    code: 1,
  },
  {
    situation: 'Forgejo lives below a path',
    because: 'a 404 from its neighbour is no Forgejo',
    prepare: answers(VERSION, 404, '<html>not here</html>'),
    says: [['reachable', 'fail']],
    code: 1,
  },
  {
    situation: 'a sign-in page answers',
    because: 'some proxies ask for a sign-in before everything',
    prepare: answers(VERSION, 200, '<html>please sign in</html>'),
    says: [['reachable', 'fail']],
    code: 1,
  },
  {
    situation: 'a proxy does not reach Forgejo',
    because: '502 is the proxy, not Forgejo',
    prepare: answers(VERSION, 502),
    says: [['reachable', 'fail']],
    code: 1,
  },
  {
    situation: 'the proxy wants a sign-in of its own',
    because: 'then the token is not even looked at',
    prepare: answers(VERSION, 401),
    says: [['reachable', 'fail']],
    code: 1,
  },
  {
    situation: 'the server is a Gitea',
    because: 'it has another runners API',
    prepare: answers(VERSION, 200, '{"version":"1.24.2"}'),
    says: [['version', 'fail']],
    code: 1,
  },
  {
    situation: 'Forgejo is too old',
    because: 'handles and ephemeral runners came with 15',
    prepare: answers(VERSION, 200, '{"version":"11.0.7+gitea-1.22.0"}'),
    says: [['version', 'fail']],
    code: 1,
  },
  {
    situation: 'the version is no number',
    because: 'a build of one’s own may be new enough',
    prepare: answers(VERSION, 200, '{"version":"main-abc123+gitea-1.22.0"}'),
    says: [['version', 'warn']],
    code: 0,
  },
  {
    situation: 'the clock is ahead',
    because: 'times of Kubernetes are compared with it',
    world: { offsetMs: 42_000 },
    says: [['clock', 'warn']],
    code: 0,
  },
  {
    situation: 'the clock is far behind',
    because: 'id tokens are refused then',
    world: { offsetMs: -300_000 },
    says: [['clock', 'warn']],
    code: 0,
  },
  {
    situation: 'answers have no Date',
    because: 'the operator learns the time from it',
    prepare: answers(VERSION, 200, '{"version":"15.0.3+gitea-1.22.0"}'),
    says: [['clock', 'warn']],
    code: 0,
  },
];

const TOKENS: readonly DoctorCase[] = [
  {
    situation: 'the token is revoked',
    because: 'the body of this 401 holds the token, and must not be shown',
    world: { withoutToken: true },
    says: [['token', 'fail']],
    code: 1,
  },
  {
    situation: 'the token is none of Forgejo',
    because: 'a registration token is pasted here often',
    target: { token: 'J_dKqUvYx0aB3cD4eF5gH6iJ7kL8mN9oP0qR1sT2uV3' },
    says: [
      ['token-form', 'warn'],
      ['token', 'fail'],
    ],
    code: 1,
  },
  {
    situation: 'the token may only read',
    because: 'the queue shows, and nothing starts',
    world: { scopes: ['read:organization'] },
    says: [
      ['read-registrations', 'ok'],
      ['write-registrations', 'fail'],
    ],
    code: 1,
  },
  {
    situation: 'the token has another scope than the pool needs',
    because: 'write:repository does not open an organization',
    world: { scopes: ['write:repository'] },
    says: [
      ['read-registrations', 'fail'],
      ['write-registrations', 'fail'],
    ],
    code: 1,
  },
  {
    situation: 'the token has more scopes than it needs',
    because: 'who reads the Secret has them too',
    world: { scopes: ['write:organization', 'write:user', 'read:admin'] },
    says: [['token-width', 'warn']],
    code: 0,
  },
  {
    situation: 'the token may do everything',
    because: 'it is the first that people make',
    world: { user: 'root', scopes: ['all'] },
    says: [['token-width', 'warn']],
    code: 0,
  },
  {
    situation: 'the user is no owner of the organization',
    because: 'a scope is not a permission',
    world: { user: 'bob' },
    says: [['read-registrations', 'fail']],
    code: 1,
  },
  {
    situation: 'the user is no site admin',
    because: 'write:admin alone opens nothing',
    world: { scopes: ['write:admin'] },
    target: { scope: { kind: 'instance' } },
    says: [
      ['read-registrations', 'fail'],
      ['write-registrations', 'ok'],
    ],
    code: 1,
  },
  {
    situation: 'a user’s name stands for an organization',
    because: 'Forgejo says only that there is none',
    target: { scope: { kind: 'organization', organization: 'ada' } },
    says: [['read-registrations', 'fail']],
    code: 1,
  },
  {
    situation: 'the organization was renamed',
    because: 'a redirect of a POST becomes a GET',
    prepare: (forgejo) => forgejo.renameOrganization('acme', 'acme-corp'),
    says: [['read-registrations', 'fail']],
    code: 1,
  },
  {
    situation: 'the token is for public things only',
    because: 'a private organization is closed to it',
    world: { scopes: ['write:organization', 'public-only'] },
    target: { scope: { kind: 'organization', organization: 'hidden' } },
    says: [['read-registrations', 'fail']],
    code: 1,
  },
  {
    situation: 'a repository and the least token for it',
    because: 'a token for named repositories works for scope repository',
    world: { scopes: ['write:repository'], repositories: ['acme/app'] },
    target: { scope: APP },
    says: [
      ['read-registrations', 'ok'],
      ['write-registrations', 'ok'],
      ['token-width', 'ok'],
    ],
    code: 0,
  },
  {
    situation: 'the token is for another repository',
    because: 'it looks as if the user were no owner',
    world: { scopes: ['write:repository'], repositories: ['acme/secret'] },
    target: { scope: APP },
    says: [['read-registrations', 'fail']],
    code: 1,
  },
  {
    situation: 'a private repository that the token may not see',
    because: 'Forgejo hides it as if it did not exist',
    world: { scopes: ['write:repository', 'public-only'] },
    target: { scope: { kind: 'repository', owner: 'acme', repository: 'secret' } },
    says: [['read-registrations', 'fail']],
    code: 1,
  },
  {
    situation: 'Actions are off in the repository',
    because: 'it is there, and its runners API is not',
    world: { scopes: ['write:repository'] },
    target: { scope: APP },
    prepare: (forgejo) => forgejo.setActionsUnit('acme/app', false),
    says: [['read-registrations', 'fail']],
    code: 1,
  },
  {
    situation: 'the repository was renamed',
    because: 'the pool names a place that has moved',
    world: { scopes: ['write:repository'] },
    target: { scope: APP },
    prepare: (forgejo) => forgejo.renameRepository('acme/app', 'application'),
    says: [['read-registrations', 'fail']],
    code: 1,
  },
  {
    situation: 'repositories are named and the token may not look them up',
    because: 'a denied one that is unknown stops the whole pool',
    target: poolOf({ repositories: { allow: ['acme/app', '7'], deny: ['acme/secret'] } }),
    says: [['repositories', 'fail']],
    code: 1,
  },
  {
    situation: 'repositories are named and found',
    because: 'then read:repository is not too much',
    world: { scopes: ['write:organization', 'read:repository'] },
    target: poolOf({ repositories: { allow: ['acme/app', '7'] } }),
    says: [
      ['repositories', 'ok'],
      ['token-width', 'ok'],
    ],
    code: 0,
  },
  {
    situation: 'a named repository does not exist',
    because: 'a typing error in allow serves nobody',
    world: { scopes: ['write:organization', 'read:repository'] },
    target: poolOf({ repositories: { allow: ['acme/ap'] } }),
    says: [['repositories', 'fail']],
    code: 1,
  },
  {
    situation: 'a proxy lets no DELETE pass',
    because: 'then nothing could ever be deregistered',
    prepare: (forgejo) => forgejo.setFaults([{ when: { methods: ['DELETE'] }, fault: { kind: 'answer', status: 405 } }]),
    says: [['write-registrations', 'warn']],
    code: 0,
  },
  {
    situation: 'a firewall answers 403',
    because: 'these are not the words of Forgejo',
    prepare: answers(RUNNERS, 403, 'Forbidden by rule 12'),
    says: [['read-registrations', 'fail']],
    code: 1,
  },
  {
    situation: 'the runners API is 404 by a proxy',
    because: 'these are not the words of Forgejo either',
    prepare: answers(RUNNERS, 404, 'no such backend'),
    says: [['read-registrations', 'fail']],
    code: 1,
  },
  {
    situation: 'the runners API answers 500',
    because: 'one path may fail while others do not',
    prepare: answers(RUNNERS, 500),
    says: [['read-registrations', 'fail']],
    code: 1,
  },
  {
    situation: 'the spec of the pool is refused',
    because: 'then nothing else matters to it',
    target: poolOf({ minRunners: 20 }),
    says: [['pool-spec', 'fail']],
    code: 1,
  },
  {
    situation: 'the spec of the pool has unknown fields',
    because: 'a typing error is passed on to Kubernetes',
    target: poolOf({ template: { spec: { dnsPolcy: 'Default' } } }),
    says: [['pool-spec', 'warn']],
    code: 0,
  },
];

const CONTENT: readonly DoctorCase[] = [
  {
    situation: 'a proxy drops X-Total-Count',
    because: 'nothing may be concluded from such a list',
    prepare: (forgejo) => forgejo.setFaults([{ when: { endpoints: ['list'] }, fault: { kind: 'answer', status: 200, body: '[]' } }]),
    says: [['list-count', 'fail']],
    code: 1,
  },
  {
    situation: 'the list and its count do not agree',
    because: 'an absence proves nothing then',
    prepare: (forgejo) =>
      forgejo.setFaults([
        { when: { endpoints: ['list'] }, fault: { kind: 'answer', status: 200, body: '[]', headers: { 'x-total-count': '3' } } },
      ]),
    says: [['list-count', 'warn']],
    code: 0,
  },
  {
    situation: 'the queue is no JSON',
    because: 'something changes answers on the way',
    prepare: (forgejo) => forgejo.setFaults([{ when: { endpoints: ['jobs'] }, fault: { kind: 'answer', status: 200, body: '<html>' } }]),
    says: [['read-jobs', 'fail']],
    code: 1,
  },
  {
    situation: 'jobs wait and no pools are given',
    because: 'what covers them can not be told',
    prepare: (forgejo) => void forgejo.queueJob({ repository: 'acme/app', name: 'build', runsOn: ['docker'] }),
    says: [['jobs', 'ok']],
    code: 0,
  },
  {
    situation: 'every waiting job is covered',
    because: 'nothing is to be done',
    prepare: (forgejo) => void forgejo.queueJob({ repository: 'acme/app', name: 'build', runsOn: ['docker'] }),
    target: { pools: [knownPool('ci/docker')] },
    says: [['jobs', 'ok']],
    code: 0,
  },
  {
    situation: 'jobs wait that no pool covers',
    because: 'they wait for a day and are cancelled',
    prepare: (forgejo) => {
      forgejo.queueJob({ repository: 'acme/app', name: 'build', runsOn: ['docker'] });
      forgejo.queueJob({ repository: 'acme/app', name: 'mac', runsOn: ['macos', 'arm64'] });
      forgejo.queueJob({ repository: 'acme/secret', name: 'mac too', runsOn: ['macos', 'arm64'] });
      forgejo.queueJob({ repository: 'acme/app', name: 'case', runsOn: ['Docker'] });
      forgejo.queueJob({ repository: 'acme/app', name: 'schema', runsOn: ['docker:host'] });
      forgejo.queueJob({ repository: 'acme/app', name: 'nothing', runsOn: [] });
    },
    target: { pools: [knownPool('ci/docker')] },
    says: [['jobs', 'warn']],
    code: 0,
  },
  {
    situation: 'only a paused pool covers a job',
    because: 'it is covered, and still nothing starts',
    prepare: (forgejo) => void forgejo.queueJob({ repository: 'acme/app', name: 'build', runsOn: ['docker'] }),
    target: { pools: [knownPool('ci/docker', { paused: true })] },
    says: [['jobs', 'warn']],
    code: 0,
  },
  {
    situation: 'a job’s repository is not allowed',
    because: 'the labels fit, and still no pool takes it',
    prepare: (forgejo) => void forgejo.queueJob({ repository: 'acme/secret', name: 'build', runsOn: ['docker'] }),
    target: { pools: [knownPool('ci/docker', { repositories: { allow: ['1'] } })] },
    says: [['jobs', 'warn']],
    code: 0,
  },
  {
    situation: 'pools of other scopes are given',
    because: 'a pool of one repository takes that one’s jobs alone, and a user’s queue is not to be seen',
    prepare: (forgejo) => void forgejo.queueJob({ repository: 'acme/secret', name: 'build', runsOn: ['docker', 'large'] }),
    world: { user: 'root', scopes: ['write:admin', 'read:repository'] },
    target: {
      scope: { kind: 'instance' },
      pools: [
        knownPool('ci/app', { forgejo: { scope: { organization: null, repository: 'acme/app' } }, labels: ['docker', 'large'] }),
        knownPool('ci/mine', { forgejo: { scope: { organization: null, user: {} } } }),
      ],
    },
    says: [['jobs', 'warn']],
    code: 0,
  },
  {
    situation: 'the pools name the server in another way',
    because: 'inside the cluster it has another name',
    prepare: (forgejo) => void forgejo.queueJob({ repository: 'acme/app', name: 'mac', runsOn: ['macos'] }),
    target: { pools: [knownPool('ci/docker', { forgejo: { url: 'http://forgejo.git.svc:3000' } })] },
    says: [['jobs', 'warn']],
    code: 0,
  },
  {
    situation: 'registrations of this operator and no pools given',
    because: 'whose they are can not be told',
    prepare: async (forgejo) => void (await register(forgejo, UID, 'ci-docker-1', 120)),
    says: [['strays', 'ok']],
    code: 0,
  },
  {
    situation: 'registrations of present pools',
    because: 'they are none of doctor’s business',
    prepare: async (forgejo) => void (await register(forgejo, UID, 'ci-docker-1', 120)),
    target: { pools: [], poolUids: new Set([UID]), poolsAreAll: true },
    says: [['strays', 'ok']],
    code: 0,
  },
  {
    situation: 'registrations of a deleted pool',
    because: 'a pool whose scope was hidden at its end leaves them',
    prepare: async (forgejo) => {
      await register(forgejo, UID, 'ci-docker-1', 120);
      await goOnline(forgejo, await register(forgejo, UID, 'ci-docker-2', 120));
      await register(forgejo, OTHER_UID, 'ci-other-1', 120);
    },
    target: { pools: [], poolUids: new Set([OTHER_UID]), poolsAreAll: true },
    says: [['strays', 'warn']],
    code: 0,
  },
  {
    situation: 'Actions are off for the whole server',
    because: 'runners can still be registered there, and fail',
    world: { actionsEnabled: false },
    says: [['actions', 'fail']],
    code: 1,
  },
  {
    situation: 'runners can not speak to the server',
    because: 'a proxy may pass /api/v1/ alone',
    prepare: answers('/api/actions/', 503),
    says: [['actions', 'fail']],
    code: 1,
  },
];

const OIDC: readonly DoctorCase[] = [
  {
    situation: 'there are no id tokens',
    because: 'pools work without, keyless login does not',
    world: { oidc: null },
    says: [['oidc', 'warn']],
    code: 0,
  },
  {
    situation: 'the issuer has another URL',
    because: 'jobs ask for their token at ROOT_URL',
    world: { oidc: { rootUrl: 'https://git.example.com' } },
    says: [['oidc', 'warn']],
    code: 0,
  },
  {
    situation: 'Forgejo below a path doubles it in id tokens',
    because: 'measured on Forgejo 15.0.3',
    world: { oidc: { rootUrl: `${URL_OF_FORGEJO}/git` } },
    says: [['oidc', 'warn']],
    code: 0,
  },
  {
    situation: 'the issuer is that of sign-ins',
    because: 'the root has a discovery document of its own, with another key',
    world: { oidc: null },
    prepare: answers(
      '/.well-known/openid-configuration',
      200,
      JSON.stringify({ issuer: URL_OF_FORGEJO, jwks_uri: `${URL_OF_FORGEJO}/login/oauth/keys` }),
    ),
    says: [['oidc', 'warn']],
    code: 0,
  },
  {
    situation: 'there are no keys',
    because: 'no id token can be checked',
    world: { oidc: { keys: [] } },
    says: [['oidc-keys', 'warn']],
    code: 0,
  },
];

const CHANGES: readonly DoctorCase[] = [
  {
    situation: 'a registration is made and removed',
    because: 'no question can replace that',
    options: { writeTest: true },
    says: [['write-test', 'ok']],
    code: 0,
  },
  {
    situation: 'the write test is refused',
    because: 'reading is not writing',
    world: { scopes: ['read:organization'] },
    options: { writeTest: true },
    says: [['write-test', 'fail']],
    code: 1,
  },
  {
    situation: 'the write test can not remove its registration',
    because: 'somebody has to remove it by hand',
    prepare: (forgejo) => forgejo.setFaults([{ when: { methods: ['DELETE'] }, fault: { kind: 'answer', status: 405 } }]),
    options: { writeTest: true },
    says: [['write-test', 'fail']],
    code: 1,
  },
  {
    situation: 'the write test sees another registration',
    because: 'the identity of a runner is its uuid',
    prepare: (forgejo) =>
      forgejo.setFaults([
        {
          when: { endpoints: ['get'], path: `${RUNNERS}/1` },
          fault: { kind: 'answer', status: 200, body: '{"id":1,"uuid":"another","name":"x","status":"offline","ephemeral":true}' },
        },
      ]),
    options: { writeTest: true },
    says: [['write-test', 'fail']],
    code: 1,
  },
  {
    situation: 'a sweep of a pool that is surely gone',
    because: 'what is offline goes, what is online or has just been made stays',
    prepare: async (forgejo) => {
      await register(forgejo, UID, 'ci-docker-1', 120);
      await goOnline(forgejo, await register(forgejo, UID, 'ci-docker-2', 120));
      await register(forgejo, UID, 'ci-docker-3', 0);
      await register(forgejo, OTHER_UID, 'ci-other-1', 120);
    },
    target: { pools: [], poolUids: new Set([OTHER_UID]), poolsAreAll: true },
    options: { sweepUid: UID },
    says: [
      ['sweep', 'ok'],
      ['sweep', 'warn'],
    ],
    code: 0,
  },
  {
    situation: 'a sweep of a pool that may live',
    because: 'a runner that is starting is offline too',
    prepare: async (forgejo) => {
      await register(forgejo, UID, 'ci-docker-1', 120);
      await register(forgejo, UID, 'ci-docker-2', 5);
    },
    options: { sweepUid: UID },
    says: [['sweep', 'fail']],
    code: 1,
  },
  {
    situation: 'a sweep without pools of what is old',
    because: 'nothing of it is online, and nothing was made for an hour',
    prepare: async (forgejo) => {
      await register(forgejo, UID, 'ci-docker-1', 120);
      await register(forgejo, UID, 'ci-docker-2', 61);
    },
    options: { sweepUid: UID },
    says: [['sweep', 'ok']],
    code: 0,
  },
  { situation: 'a sweep that finds nothing', because: 'that is no failure', options: { sweepUid: UID }, says: [['sweep', 'ok']], code: 0 },
  {
    situation: 'a sweep whose DELETE fails',
    because: 'what was not removed is named',
    prepare: async (forgejo) => {
      await register(forgejo, UID, 'ci-docker-1', 120);
      forgejo.setFaults([{ when: { endpoints: ['delete'], path: `${RUNNERS}/1` }, fault: { kind: 'answer', status: 500 } }]);
    },
    options: { sweepUid: UID },
    says: [['sweep', 'fail']],
    code: 1,
  },
  {
    situation: 'a sweep that may not read',
    because: 'nothing is removed then',
    world: { user: 'bob' },
    options: { sweepUid: UID },
    says: [['sweep', 'fail']],
    code: 1,
  },
];

export const CASES: readonly DoctorCase[] = [...REACH, ...TOKENS, ...CONTENT, ...OIDC, ...CHANGES];
export { ACME, UID };
