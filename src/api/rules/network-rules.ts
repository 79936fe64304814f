/** What the fields of `proxy`, `networkPolicy` and `cache` must keep together. */
import ipaddr from 'ipaddr.js';
import { PORT } from '../spec/fields.ts';
import type { RunnerPoolSpec } from '../spec/runnerpool.ts';
import { celMatches, type StateRule } from './rule.ts';

type Networked = Pick<RunnerPoolSpec, 'proxy' | 'networkPolicy' | 'cache'>;

const CACHE_URL_PATTERN = `^https?://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:${PORT})?(/[A-Za-z0-9._~%+-]+)*/?$`;

const cacheUrl = new RegExp(CACHE_URL_PATTERN);

function unless(holds: boolean, field: string): readonly string[] {
  return holds ? [] : [field];
}

/** IPv4 in four decimal parts: Kubernetes takes none of the other forms that the library knows. */
function isNetwork(cidr: string): boolean {
  return ipaddr.IPv4.isValidCIDRFourPartDecimal(cidr) || ipaddr.IPv6.isValidCIDR(cidr);
}

export const NETWORK_RULES: readonly StateRule<Networked>[] = [
  {
    kind: 'state',
    at: 'spec.proxy',
    message: 'must set http or https',
    cel: 'has(self.http) || has(self.https)',
    broken: ({ proxy }) => unless(proxy === undefined || proxy.http !== undefined || proxy.https !== undefined, 'spec.proxy'),
  },
  {
    kind: 'state',
    at: 'spec.networkPolicy.allow',
    message: 'must set exactly one of cidr and namespace in every entry',
    cel: 'self.all(peer, has(peer.cidr) != has(peer.namespace))',
    broken: ({ networkPolicy }) =>
      (networkPolicy?.allow ?? []).flatMap(({ cidr, namespace }, index) =>
        unless((cidr === undefined) !== (namespace === undefined), `spec.networkPolicy.allow[${index}]`),
      ),
  },
  {
    kind: 'state',
    at: 'spec.networkPolicy',
    message: 'must hold networks in CIDR form, such as 10.20.0.0/16 or fd00:10::/64',
    cel: null,
    broken: ({ networkPolicy }) => [
      ...(networkPolicy?.allow ?? []).flatMap(({ cidr }, index) =>
        unless(cidr === undefined || isNetwork(cidr), `spec.networkPolicy.allow[${index}].cidr`),
      ),
      ...(networkPolicy?.block ?? []).flatMap((cidr, index) => unless(isNetwork(cidr), `spec.networkPolicy.block[${index}]`)),
    ],
  },
  {
    kind: 'state',
    at: 'spec.cache',
    message: 'must set exactly one of server and externalServer',
    cel: 'has(self.server) != has(self.externalServer)',
    broken: ({ cache }) =>
      unless(cache === undefined || (cache.server === undefined) !== (cache.externalServer === undefined), 'spec.cache'),
  },
  {
    kind: 'state',
    at: 'spec.cache.externalServer.url',
    message: 'must be an http or https URL without user, query and fragment',
    cel: `isURL(self) && ${celMatches('self', CACHE_URL_PATTERN)}`,
    broken: ({ cache }) => {
      const url = cache?.externalServer?.url;
      return unless(url === undefined || (cacheUrl.test(url) && URL.canParse(url)), 'spec.cache.externalServer.url');
    },
  },
];
