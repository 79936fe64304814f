import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { LABEL_POOL_UID } from '../../src/api/keys.ts';
import type { RunnerPoolSpec } from '../../src/api/spec/runnerpool.ts';
import { parseCidr } from '../../src/children/network/cidr.ts';
import { renderRunnerPolicy } from '../../src/children/network/network-policy.ts';
import { NOT_INTERNET_V4, NOT_INTERNET_V6 } from '../../src/children/network/not-internet.ts';
import { aSpec, pool } from './support/inputs.ts';
import { schemaErrors } from './support/kubernetes-schema.ts';
import { measuredAsBad } from './support/measured-as-bad.ts';

function policyOf(changes: Partial<RunnerPoolSpec>) {
  const spec = aSpec({ networkPolicy: {}, ...changes });
  return renderRunnerPolicy(pool, spec, spec.networkPolicy ?? {});
}

function egressOf(changes: Partial<RunnerPoolSpec>) {
  return policyOf(changes).spec?.egress ?? [];
}

/** The rules between that for names, which is first, and that for the internet, which is last. */
function ownRules(changes: Partial<RunnerPoolSpec>) {
  return egressOf(changes).slice(1, -1);
}

function forgejoAt(url: string): Partial<RunnerPoolSpec> {
  return { forgejo: { ...aSpec().forgejo, url } };
}

const everything = {
  ...forgejoAt('http://10.96.7.8:3000'),
  cache: { server: { size: '10Gi' } },
  proxy: { http: { url: 'http://proxy.infra.svc:3128' }, https: { url: 'http://[fd00::7]:3129' } },
  containerMode: { type: 'External', external: { dockerHost: 'tcp://docker.example.org:2376', tlsSecretRef: { name: 'docker' } } },
  networkPolicy: {
    allow: [{ cidr: '10.20.1.2/16', ports: [443, 8443] }, { namespace: 'registry' }],
    block: ['198.51.100.0/24', '2001:db8:1::/48'],
  },
} satisfies Partial<RunnerPoolSpec>;

describe.each([
  { name: 'network-policy', spec: {} },
  { name: 'network-policy-with-every-wish', spec: everything },
])('the $name', ({ name, spec }) => {
  const policy = policyOf(spec);

  it('is the golden one', async () => {
    await expect(`${JSON.stringify(policy, null, 2)}\n`).toMatchFileSnapshot(`golden/${name}.golden.json`);
  });

  it('fits the schema of its kind, in canonical form', () => {
    expect(schemaErrors('NetworkPolicy', policy)).toEqual([]);
    expect(measuredAsBad(policy)).toEqual([]);
  });

  it('lets nobody in, without an empty list, and is about the runners of this pool', () => {
    expect(policy.spec).not.toHaveProperty('ingress');
    expect(policy.spec).toMatchObject({
      policyTypes: ['Ingress', 'Egress'],
      podSelector: { matchLabels: { [LABEL_POOL_UID]: pool.uid } },
    });
  });

  it('names a protocol with every port', () => {
    const ports = (policy.spec?.egress ?? []).flatMap((rule) => rule.ports ?? []);
    expect(ports.filter(({ protocol, port }) => protocol === undefined || typeof port !== 'number')).toEqual([]);
  });

  it('has exceptions that lie within their network, as the API server demands', () => {
    const blocks = (policy.spec?.egress ?? []).flatMap(({ to = [] }) => to.flatMap(({ ipBlock }) => ipBlock ?? []));
    const outside = blocks.flatMap(({ cidr, except = [] }) => except.filter((inner) => !liesWithin(inner, cidr)));
    expect(blocks.length).toBeGreaterThan(2);
    expect(outside).toEqual([]);
  });
});

/** As `ValidateIPBlock` of Kubernetes: of the same family, inside, and smaller. */
function liesWithin(inner: string, outer: string): boolean {
  const [address, length] = ipaddr.parseCIDR(inner);
  const [network, outerLength] = ipaddr.parseCIDR(outer);
  return address.kind() === network.kind() && address.match(network, outerLength) && length > outerLength;
}

describe('the way to a server', () => {
  it.each([
    { url: 'http://10.96.7.8:3000', block: '10.96.7.8/32', port: 3000, because: 'an address needs no name' },
    { url: 'https://192.0.2.7', block: '192.0.2.7/32', port: 443, because: 'https has a port of its own' },
    { url: 'http://[fd00:0::7]', block: 'fd00::7/128', port: 80, because: 'so has http, and IPv6 has brackets' },
    { url: 'http://[::ffff:10.0.0.1]:1', block: '10.0.0.1/32', port: 1, because: 'IPv4 may be written as IPv6' },
  ])('is open to $block: $because', ({ url, block, port }) => {
    expect(ownRules(forgejoAt(url))).toEqual([{ to: [{ ipBlock: { cidr: block } }], ports: [{ protocol: 'TCP', port }] }]);
  });

  it.each(['http://forgejo.git.svc:3000', 'http://forgejo.git.svc.cluster.local', 'http://forgejo-0.forgejo.GIT.svc.'])(
    'is open to the Pods of the namespace of a Service at every port, for a policy sees theirs: %s',
    (url) => {
      const selector = { matchLabels: { 'kubernetes.io/metadata.name': 'git' } };
      expect(ownRules(forgejoAt(url))).toEqual([{ to: [{ namespaceSelector: selector }] }]);
    },
  );

  it.each([
    { url: 'https://forgejo.example.org', because: 'the internet, or allow, covers it' },
    { url: 'http://forgejo', because: 'a name alone may be a Service or not' },
    { url: 'http://git.svc', because: 'that is a Service without a name' },
    { url: 'http://forgejo.git.svc.example.org', because: 'that may be anybody’s' },
  ])('has no rule of its own for $url: $because', ({ url }) => {
    expect(ownRules(forgejoAt(url))).toEqual([]);
  });

  it('is one for a server that is named twice', () => {
    const proxy = { http: { url: 'http://10.0.0.1:3128' }, https: { url: 'http://10.0.0.1:3128/' } };
    expect(ownRules({ proxy })).toHaveLength(1);
  });

  it('lets jobs to the OpenBao that they are told of', () => {
    const identity = { openbao: { address: 'https://10.0.0.9:8200', mount: 'forgejo', role: 'r', audience: 'openbao' } };
    expect(ownRules({ identity })).toEqual([{ to: [{ ipBlock: { cidr: '10.0.0.9/32' } }], ports: [{ protocol: 'TCP', port: 8200 }] }]);
  });

  it.each([
    { spec: { cache: { externalServer: { url: 'http://10.0.0.2:80', secretRef: { name: 'a', key: 'secret' } } } }, because: 'a cache' },
    { spec: { containerMode: { type: 'External' as const, external: { dockerHost: 'tcp://10.0.0.2:80' } } }, because: 'a Docker daemon' },
  ])('is open to $because elsewhere', ({ spec }) => {
    expect(ownRules(spec)).toEqual([{ to: [{ ipBlock: { cidr: '10.0.0.2/32' } }], ports: [{ protocol: 'TCP', port: 80 }] }]);
  });

  it('is not needed to a Docker socket', () => {
    expect(ownRules({ containerMode: { type: 'External', external: { dockerHost: 'unix:///run/docker.sock' } } })).toEqual([]);
  });
});

describe('what is allowed besides', () => {
  it.each([
    { allow: { cidr: '10.20.1.2/16' }, rule: { to: [{ ipBlock: { cidr: '10.20.0.0/16' } }] }, because: 'bits beyond the prefix go' },
    {
      allow: { cidr: 'FD00::/8', ports: [1, 2] },
      rule: {
        to: [{ ipBlock: { cidr: 'fd00::/8' } }],
        ports: [
          { protocol: 'TCP', port: 1 },
          { protocol: 'TCP', port: 2 },
        ],
      },
      because: 'ports are TCP',
    },
    {
      allow: { namespace: 'registry' },
      rule: { to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'registry' } } }] },
      because: 'a namespace is known by its name',
    },
  ])('is a rule: $because', ({ allow, rule }) => {
    expect(ownRules({ networkPolicy: { allow: [allow] } })).toEqual([rule]);
  });

  it('never opens everything by an entry that says nothing', () => {
    expect(ownRules({ networkPolicy: { allow: [{}, { cidr: 'nonsense' }] } })).toEqual([]);
  });
});

describe('the internet', () => {
  const internet = egressOf({}).at(-1);

  it.each([
    { address: '8.8.8.8', open: true },
    { address: '2606:4700::1111', open: true },
    { address: '64:ff9b::808:808', open: true },
    { address: '10.0.0.1', open: false },
    { address: '172.31.255.255', open: false },
    { address: '172.32.0.1', open: true },
    { address: '169.254.169.254', open: false },
    { address: '100.100.100.200', open: false },
    { address: '168.63.129.16', open: false },
    { address: '192.0.0.192', open: false },
    { address: 'fd00:ec2::254', open: false },
    { address: '::1', open: false },
    { address: '64:ff9b::a9fe:a9fe', open: false },
    { address: '2002:a00:1::', open: false },
  ])('has $address: $open', ({ address, open }) => {
    expect(reaches(internet, address)).toBe(open);
  });

  it('is less what the pool blocks', () => {
    const rule = egressOf({ networkPolicy: { block: ['8.8.0.0/16', '2606:4700::/32'] } }).at(-1);
    expect(['8.8.8.8', '8.9.8.8', '2606:4700::1111', '2607::1'].map((address) => reaches(rule, address))).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  it.each([
    { block: ['0.0.0.0/0'], left: ['::/0'], because: 'one family is blocked' },
    { block: ['::/0'], left: ['0.0.0.0/0'], because: 'or the other' },
  ])('is of $left alone when $because', ({ block, left }) => {
    const to = egressOf({ networkPolicy: { block } }).at(-1)?.to ?? [];
    expect(to.map(({ ipBlock }) => ipBlock?.cidr)).toEqual(left);
  });

  it('has no rule when both are blocked', () => {
    expect(egressOf({ networkPolicy: { block: ['0.0.0.0/0', '::/0'] } })).toHaveLength(1);
  });

  it.each([...NOT_INTERNET_V4, ...NOT_INTERNET_V6])('does not have $cidr, in canonical form: $because', ({ cidr }) => {
    expect(parseCidr(cidr)?.text).toBe(cidr);
  });
});

function reaches(rule: ReturnType<typeof egressOf>[number] | undefined, address: string): boolean {
  const blocks = (rule?.to ?? []).flatMap(({ ipBlock }) => ipBlock ?? []);
  const host = ipaddr.parse(address);
  const isIn = (cidr: string): boolean => {
    const [network, length] = ipaddr.parseCIDR(cidr);
    return network.kind() === host.kind() && host.match(network, length);
  };
  return blocks.some(({ cidr, except = [] }) => isIn(cidr) && !except.some(isIn));
}
