import { ACCEPTED_PODS } from './accepted-pods.ts';

/** Valid specs: a merge patch on the minimal one, and what validation fills in beyond the defaults. */
export const ACCEPTED = [
  {
    situation: 'a URL with slashes at its end',
    because: 'paths are appended to it',
    patch: { forgejo: { url: 'https://forgejo.example.org/git//' } },
    filled: { forgejo: { url: 'https://forgejo.example.org/git' } },
  },
  {
    situation: 'a URL of an IPv6 address with a port',
    because: 'clusters have them',
    patch: { forgejo: { url: 'http://[fd00::1]:3000' } },
    filled: {},
  },
  {
    situation: 'an identity at OpenBao',
    because: 'mount and audience have the names that the documentation uses',
    patch: {
      identity: { openbao: { address: 'https://openbao.example.org:8200/', role: 'acme-app', ca: { configMapRef: { name: 'ca' } } } },
    },
    filled: { identity: { openbao: { mount: 'forgejo', audience: 'openbao', ca: { configMapRef: { key: 'ca.crt' } } } } },
  },
  {
    situation: 'an audience that is a URL, a mount of two steps and a namespace',
    because: 'OpenBao takes them',
    patch: {
      identity: {
        openbao: {
          address: 'http://[fd00::1]:8200',
          role: 'a',
          audience: 'https://openbao.example.org/x@y',
          mount: 'team/forgejo',
          namespace: 'a/b',
        },
      },
    },
    filled: {},
  },
  {
    situation: 'a token from OpenBao',
    because: 'no Secret is needed then',
    patch: { forgejo: { tokenSecretRef: null, tokenFrom: { openbao: { role: 'operator', path: 'team/kv/data/forgejo/acme' } } } },
    filled: { forgejo: { tokenSecretRef: null, tokenFrom: { openbao: { key: 'token' } } } },
  },
  {
    situation: 'CA references without keys',
    because: 'a CA bundle is not called token',
    patch: { forgejo: { caSecretRef: { name: 'ca' } } },
    filled: { forgejo: { caSecretRef: { key: 'ca.crt' } } },
  },
  {
    situation: 'a job time-out without a drain time-out',
    because: 'a drain lasts as long as a job, and a margin',
    patch: { jobTimeoutSeconds: 604_800 },
    filled: { drainTimeoutSeconds: 605_400 },
  },
  {
    situation: 'a drain time-out of zero',
    because: 'zero is a value, not a gap',
    patch: { drainTimeoutSeconds: 0 },
    filled: {},
  },
  {
    situation: 'half a history',
    because: 'the other half has a default',
    patch: { history: { failed: 0 } },
    filled: { history: { succeeded: 1, failed: 0 } },
  },
  {
    situation: 'Host mode',
    because: 'it has no Docker sidecar',
    patch: { labels: ['sh:host'], containerMode: { type: 'Host' } },
    filled: {},
  },
  {
    situation: 'a Docker sidecar of an own image',
    because: 'the image that is given counts',
    patch: { containerMode: { dind: { image: 'mirror/docker:29' } } },
    filled: {},
  },
  {
    situation: 'all kinds of labels',
    because: 'the runner takes them',
    patch: { labels: ['a', 'b:docker', 'c:docker://registry:5000/x@sha256:00ff', 'd:host', 'gpu/x64+cuda'] },
    filled: {},
  },
  {
    situation: 'a repository whose name begins with a dot',
    because: 'Forgejo has .profile',
    patch: { forgejo: { scope: { organization: null, repository: 'acme/.profile' } } },
    filled: {},
  },
  { situation: 'version 12.8 without a patch', because: 'it counts as 12.8.0', patch: { runner: { image: 'runner:12.8' } }, filled: {} },
  {
    situation: 'warm runners of 12.8',
    because: 'the newest 12.8 is meant, and that says when there is no job',
    patch: { minRunners: 1, runner: { image: 'runner:12.8' } },
    filled: {},
  },
  {
    situation: 'a digest with a version',
    because: 'the version says what the tag can not',
    patch: { runner: { image: 'runner@sha256:00ff', version: '12.8.2' } },
    filled: {},
  },
  {
    situation: 'a persistent pool on 12.5',
    because: 'one-job is not used there',
    patch: { mode: 'Persistent', runner: { image: 'runner:12.5.0' } },
    filled: {},
  },
  {
    situation: 'a template with resources, other containers and own labels',
    because: 'it breaks nothing',
    patch: {
      mode: 'Persistent',
      template: {
        metadata: { labels: { team: 'a' } },
        spec: {
          containers: [
            { name: 'runner', resources: {}, env: [{ name: 'HTTP_PROXY', value: 'x' }] },
            { name: 'side', image: 'x', command: ['x'], env: [{ name: 'WARM' }] },
          ],
        },
      },
    },
    filled: {},
  },
  {
    situation: 'repositories by name and by id',
    because: 'a privileged pool names whom it serves',
    patch: { repositories: { allow: ['acme/.profile', '17', '9007199254740991'], deny: ['_a/-b'] } },
    filled: {},
  },
  {
    situation: 'a window with fewer runners than the pool keeps idle',
    because: 'a minimum above the maximum is cut to it, and kubectl scale must not fail for a window of the night',
    patch: { minRunners: 3, schedules: [{ name: 'backup', timeZone: 'UTC', start: '0 2 * * *', duration: '90m', maxRunners: 2 }] },
    filled: {},
  },
  {
    situation: 'a claim delay beside schedules that keep no runner idle',
    because: 'all its runners are made for one job',
    patch: { claimDelaySeconds: 60, schedules: [{ name: 'night', timeZone: 'UTC', start: '0 20 * * *', duration: '10h', maxRunners: 50 }] },
    filled: {},
  },
  {
    situation: 'windows of all kinds',
    because: 'a window inherits what it does not set, and UTC',
    patch: {
      minRunners: 1,
      schedules: [
        { name: 'day', timeZone: 'Europe/Berlin', start: '0 8 * * MON-FRI', duration: '10h', minRunners: 5 },
        { name: 'night', start: '30 22 * * *', duration: '8h30m', minRunners: 0, maxRunners: 0 },
        { name: 'release', timeZone: 'Australia/Lord_Howe', start: '@monthly', duration: '8784h', maxRunners: 1000 },
        { name: 'last-friday', timeZone: 'EST5EDT', start: '*/15 0-6/2 * 1,12 FRI#L', duration: '1m', maxRunners: 1 },
      ],
    },
    filled: {
      schedules: [
        { name: 'day', timeZone: 'Europe/Berlin', start: '0 8 * * MON-FRI', duration: '10h', minRunners: 5 },
        { name: 'night', timeZone: 'UTC', start: '30 22 * * *', duration: '8h30m', minRunners: 0, maxRunners: 0 },
        { name: 'release', timeZone: 'Australia/Lord_Howe', start: '@monthly', duration: '8784h', maxRunners: 1000 },
        { name: 'last-friday', timeZone: 'EST5EDT', start: '*/15 0-6/2 * 1,12 FRI#L', duration: '1m', maxRunners: 1 },
      ],
    },
  },
  {
    situation: 'a runner configuration with all that it may set, and a key that only a newer runner knows',
    because: 'the runner passes over what it does not know',
    patch: {
      runner: {
        config: {
          runner: { report_retry: { max_retries: 0, initial_delay: '100ms', max_delay: '1m30.5s' } },
          container: {
            network: 'host',
            enable_ipv6: true,
            privileged: false,
            options: '--memory=4g --add-host "a:10.0.0.1"',
            workdir_parent: 'work',
            valid_volumes: [],
            force_pull: true,
            force_rebuild: false,
          },
          host: { future: [{ deep: 1.5 }] },
        },
      },
    },
    filled: {},
  },
  {
    situation: 'variables for all jobs, with names that only look like those of the runner, and a proxy without spec.proxy',
    because: 'nothing else sets them',
    patch: {
      runner: {
        envs: {
          GITHUB_COM_TOKEN: 'x',
          _a1: '\u00e9\t\n${{ github.actor }}',
          EMPTY: '',
          ACTIONS_CACHE_URL: 'http://c',
          HTTP_PROXY: 'http://p',
        },
      },
    },
    filled: {},
  },
  ...ACCEPTED_PODS,
];
