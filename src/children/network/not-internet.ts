/**
 * Networks that are not the internet, although `0.0.0.0/0` and `::/0` hold them: private ones, the cluster and the node
 * themselves, and addresses at which clouds give credentials away. After the special-purpose registries of IANA
 * (RFC 6890 and its updates), with what is known of clouds.
 */

export interface Network {
  /** Canonical CIDR form. */
  readonly cidr: string;
  readonly because: string;
}

export const NOT_INTERNET_V4: readonly Network[] = [
  { cidr: '0.0.0.0/8', because: 'this host, on Linux the same as loopback' },
  { cidr: '10.0.0.0/8', because: 'private (RFC 1918): Pods, Services and nodes of most clusters' },
  { cidr: '100.64.0.0/10', because: 'shared (RFC 6598): Pods of some clusters, the metadata server of Alibaba Cloud' },
  { cidr: '127.0.0.0/8', because: 'loopback' },
  { cidr: '168.63.129.16/32', because: 'WireServer of Azure: settings and credentials of the node, at a public address' },
  { cidr: '169.254.0.0/16', because: 'link-local: metadata servers of most clouds' },
  { cidr: '172.16.0.0/12', because: 'private (RFC 1918)' },
  { cidr: '192.0.0.0/24', because: 'protocol assignments (RFC 6890): the metadata server of Oracle Cloud' },
  { cidr: '192.168.0.0/16', because: 'private (RFC 1918)' },
  { cidr: '198.18.0.0/15', because: 'benchmarks (RFC 2544): used as private by some networks' },
  { cidr: '224.0.0.0/4', because: 'multicast' },
  { cidr: '240.0.0.0/4', because: 'reserved, with broadcast: Pods of some clusters' },
];

export const NOT_INTERNET_V6: readonly Network[] = [
  { cidr: '::/16', because: 'unspecified, loopback, and IPv4 addresses written as IPv6' },
  { cidr: '64:ff9b:1::/48', because: 'translation to IPv4 within one network (RFC 8215)' },
  { cidr: '2002::/16', because: '6to4 (RFC 3056): holds every IPv4 address' },
  { cidr: 'fc00::/7', because: 'unique local (RFC 4193): Pods, Services and nodes, metadata servers of AWS and Google Cloud' },
  { cidr: 'fe80::/10', because: 'link-local' },
  { cidr: 'fec0::/10', because: 'site-local, not used any more (RFC 3879)' },
  { cidr: 'ff00::/8', because: 'multicast' },
  // What is not the internet as IPv4 is not so through NAT64 (RFC 6052) either.
  ...NOT_INTERNET_V4.map(({ cidr, because }) => ({ cidr: throughNat64(cidr), because: `through NAT64: ${because}` })),
];

/** `10.0.0.0/8` as `64:ff9b::a00:0/104`. */
function throughNat64(cidr: string): string {
  const [address = '', length = ''] = cidr.split('/');
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  const low = c * 256 + d;
  const high = a * 256 + b;
  const groups = high === 0 && low === 0 ? '' : `${high.toString(16)}:${low.toString(16)}`;
  return `64:ff9b::${groups}/${96 + Number(length)}`;
}
