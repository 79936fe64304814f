/** Specs that break one rule about container mode, proxy, network policy or cache, each with what is said of it. */
import type { RefusedCase } from './specs.ts';

function mode(situation: string, because: string, containerMode: unknown, field: string, message: string): RefusedCase {
  return { situation, because, patch: { containerMode }, problems: [{ field: `spec.containerMode${field}`, message }] };
}

const TLS = 'must set tlsSecretRef when dockerHost begins with tcp: whoever reaches a Docker daemon without TLS is root there';
const NO_TLS = 'must set tlsSecretRef only when dockerHost begins with tcp: a unix socket has no TLS';
const ARGUMENTS =
  'must not set --host, --group, --data-root, --config-file or a --tls flag: where the daemon listens and what it keeps is fixed';
const CLAIM =
  'containerMode.dind.storage.claimName must be set only in a pool of mode Ephemeral with maxRunners 1 (10 when it is left out), also in schedules: two Docker daemons destroy a store that they share';
const EXTERNAL = 'must set external when type is External';
const NOT_EXTERNAL = 'must set external only when type is External';
const CACHE = 'must set exactly one of server and externalServer';
const CACHE_URL = 'must be an http or https URL without user, query and fragment';
const PEER = 'must set exactly one of cidr and namespace in every entry';

function claim(situation: string, because: string, patch: object): RefusedCase {
  return {
    situation: `a named claim for the Docker storage of ${situation}`,
    because,
    patch: { maxRunners: 1, containerMode: { dind: { storage: { claimName: 'layers' } } }, ...patch },
    problems: [{ field: 'spec.containerMode.dind.storage.claimName', message: CLAIM }],
  };
}

function cacheUrl(url: string, because: string): RefusedCase {
  return {
    situation: `a cache server at ${url}`,
    because,
    patch: { cache: { externalServer: { url, secretRef: { name: 'cache' } } } },
    problems: [{ field: 'spec.cache.externalServer.url', message: CACHE_URL }],
  };
}

/** Refused by the API server and by the operator. */
export const PODS_REFUSED_BY_BOTH: readonly RefusedCase[] = [
  mode('External without a Docker daemon', 'nobody knows where it is', { type: 'External' }, '.external', EXTERNAL),
  mode(
    'a Docker daemon elsewhere beside a sidecar',
    'nothing is accepted and ignored',
    { external: { dockerHost: 'unix:///run/docker.sock' } },
    '.external',
    NOT_EXTERNAL,
  ),
  mode(
    'a Docker daemon by TCP without TLS',
    'anybody in the network would be root there',
    { type: 'External', external: { dockerHost: 'tcp://docker.example.org:2375' } },
    '.external.tlsSecretRef',
    TLS,
  ),
  mode(
    'TLS for a unix socket',
    'nothing is accepted and ignored',
    { type: 'External', external: { dockerHost: 'unix:///run/docker.sock', tlsSecretRef: { name: 'docker' } } },
    '.external.tlsSecretRef',
    NO_TLS,
  ),
  {
    situation: 'arguments of dockerd that say where it listens and what it keeps',
    because: 'the runner would not find it, or others would',
    patch: {
      containerMode: {
        dind: {
          args: [
            '--debug',
            '--host=tcp://0.0.0.0:2375',
            '-H',
            '--tlsverify',
            '--tls=false',
            '--data-root',
            '--groups-are-fine',
            '-Gx',
            '-DHtcp://0.0.0.0:2375',
            '-D',
          ],
        },
      },
    },
    problems: [1, 2, 3, 4, 5, 7, 8].map((index) => ({ field: `spec.containerMode.dind.args[${index}]`, message: ARGUMENTS })),
  },
  mode(
    'two kinds of Docker storage',
    'there is one data directory',
    { dind: { storage: { emptyDir: {}, ephemeral: { size: '20Gi' } } } },
    '.dind.storage',
    'must set at most one of emptyDir, ephemeral and claimName',
  ),
  claim('two runners', 'both would write to it', { maxRunners: 2 }),
  claim('a persistent pool', 'a new Pod starts while the old one ends', { mode: 'Persistent' }),
  claim('a pool with two runners by night', 'both would write to it', {
    schedules: [{ name: 'night', start: '0 20 * * *', duration: '10h', maxRunners: 2 }],
  }),
  {
    situation: 'a proxy for nothing',
    because: 'nothing is accepted and ignored',
    patch: { proxy: { noProxy: ['.example.org'] } },
    problems: [{ field: 'spec.proxy', message: 'must set http or https' }],
  },
  {
    situation: 'peers that say nothing, or two things',
    because: 'which one holds would be a guess',
    patch: { networkPolicy: { allow: [{ cidr: '10.0.0.0/8' }, { ports: [443] }, { cidr: '10.0.0.0/8', namespace: 'git' }] } },
    problems: [1, 2].map((index) => ({ field: `spec.networkPolicy.allow[${index}]`, message: PEER })),
  },
  {
    situation: 'a cache that is nowhere',
    because: 'nothing is accepted and ignored',
    patch: { cache: {} },
    problems: [{ field: 'spec.cache', message: CACHE }],
  },
  {
    situation: 'two caches',
    because: 'a runner has one',
    patch: { cache: { server: {}, externalServer: { url: 'http://cache:8088', secretRef: { name: 'cache' } } } },
    problems: [{ field: 'spec.cache', message: CACHE }],
  },
  {
    situation: 'a Secret for images twice',
    because: 'server-side apply refuses such a Pod for ever',
    patch: { imagePullSecrets: [{ name: 'registry' }, { name: 'mirror' }, { name: 'registry' }] },
    problems: [{ field: 'spec.imagePullSecrets[2]', message: 'must not name a Secret twice' }],
  },
  cacheUrl('cache.example.org:8088', 'a host alone is no URL'),
  cacheUrl('http://cache.example.org:99999', 'there is no such port'),
  cacheUrl('http://bot:secret@cache.example.org', 'credentials would stand in the open'),
];

/** Where CEL can't look. */
export const PODS_REFUSED_BY_OPERATOR: readonly RefusedCase[] = [
  {
    situation: 'a constraint twice',
    because: 'Kubernetes tells them apart by these two fields',
    patch: {
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
        { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' },
        { maxSkew: 2, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
      ],
    },
    problems: [
      {
        field: 'spec.topologySpreadConstraints[2]',
        message: 'must not hold two entries with the same topologyKey and whenUnsatisfiable',
      },
    ],
  },
  {
    situation: 'a device twice',
    because: 'server-side apply refuses such a Pod for ever',
    patch: {
      resources: { claims: [{ name: 'gpu' }, { name: 'gpu' }] },
      containerMode: { dind: { resources: { claims: [{ name: 'gpu' }, { name: 'gpu' }] } } },
      cache: { server: { resources: { claims: [{ name: 'gpu' }, { name: 'gpu' }] } } },
    },
    problems: ['resources', 'containerMode.dind.resources', 'cache.server.resources'].map((field) => ({
      field: `spec.${field}.claims[1]`,
      message: 'resources must not name a claim twice',
    })),
  },
  {
    situation: 'networks that are none',
    because: 'the API server would refuse the NetworkPolicy',
    patch: { networkPolicy: { allow: [{ cidr: '10.0.0.0/33' }, { cidr: 'fd00::/8' }], block: ['203.0.113.0/24', '1.2.3/24'] } },
    problems: ['allow[0].cidr', 'block[1]'].map((field) => ({
      field: `spec.networkPolicy.${field}`,
      message: 'must hold networks in CIDR form, such as 10.20.0.0/16 or fd00:10::/64',
    })),
  },
];
