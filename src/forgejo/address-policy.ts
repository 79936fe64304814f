/**
 * Which servers may be spoken to (FORGEJO_URL_ALLOWLIST). A RunnerPool's author chooses the URL, and the operator sends
 * requests from inside the cluster: without a check a pool could reach what only this Pod can (loopback, the node's
 * link-local network, the cloud's metadata service). Private ranges are open: Pods and Forgejo live there.
 */
import ipaddr from 'ipaddr.js';

/** `named`: listed by its very name, whatever its address. `checked`: allowed when its address is no reserved one. */
export type Verdict = 'named' | 'checked' | 'refused';

export interface AddressPolicy {
  /** Before name resolution, by what the URL says. */
  judge(url: URL): Verdict;
}

interface Entry {
  readonly protocol: string | null;
  /** Canonical; a wildcard's without its `*`, thus with a leading dot. */
  readonly host: string;
  readonly wildcard: boolean;
  readonly port: string | null;
}

const ENTRY = /^(?:(https?):\/\/)?(\*(?=\.))?(\[[0-9a-f:.]+\]|[^\s/:@*[\]?#]+)(?::(\d{1,5}))?\/?$/i;

/** Ranges of ipaddr.js that no Forgejo listens on; 6to4, teredo and rfc6145 carry another address inside. */
const RESERVED: ReadonlySet<string> = new Set([
  'loopback',
  'linkLocal',
  'unspecified',
  'multicast',
  'broadcast',
  '6to4',
  'teredo',
  'rfc6145',
  'discard',
]);

/** Metadata and host services outside the link-local range: AWS (IPv6), Google Cloud (IPv6), Azure, Alibaba Cloud. */
const METADATA: ReadonlySet<string> = new Set(['fd00:ec2::254', 'fd20:ce::254', '168.63.129.16', '100.100.100.200']);

/**
 * Entries are origins (`https://git.example.org`), hosts (any scheme and port), `host:port`, or any of these with `*.`
 * for the subdomains of a name. Empty: any server. A wildcard lets a server through but does not open reserved
 * addresses, for whoever owns one subdomain could point it there. Throws a RangeError for an entry that is none of these.
 */
export function createAddressPolicy(allowlist: readonly string[]): AddressPolicy {
  const entries = allowlist.map(parseEntry);
  return { judge: (url) => judge(entries, url) };
}

/** Whether a resolved IP address may be connected to when the server was not named; false for what is no address. */
export function isOpenAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const ip = ipaddr.process(address);
  if (METADATA.has(canonical(ip)) || RESERVED.has(ip.range())) return false;
  const embedded = embeddedIpv4(ip);
  return embedded === null || isOpenAddress(embedded);
}

/** Host of a URL without the brackets of IPv6 and the root's dot. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$|\.$/g, '');
}

function judge(entries: readonly Entry[], url: URL): Verdict {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'refused';
  if (entries.length === 0) return 'checked';
  const matching = entries.filter((entry) => matches(entry, url));
  if (matching.length === 0) return 'refused';
  return matching.some((entry) => !entry.wildcard) ? 'named' : 'checked';
}

function matches(entry: Entry, url: URL): boolean {
  if (entry.protocol !== null && entry.protocol !== url.protocol) return false;
  if (entry.port !== null && entry.port !== portOf(url)) return false;
  const host = hostOf(url);
  return entry.wildcard ? host.endsWith(entry.host) && host !== entry.host : host === entry.host;
}

function parseEntry(text: string): Entry {
  const [, scheme, star, name = '', port] = ENTRY.exec(text.trim()) ?? [];
  const bare = name.replace(/^\./, '');
  if (bare === '' || !URL.canParse(`http://${bare}`)) throw new RangeError(`neither an origin, a host, host:port nor *.suffix: ${text}`);
  const host = hostOf(new URL(`http://${bare}`));
  return {
    protocol: scheme === undefined ? null : `${scheme.toLowerCase()}:`,
    host: star === undefined ? host : `.${host}`,
    wildcard: star !== undefined,
    port: port ?? (scheme === undefined ? null : defaultPort(`${scheme.toLowerCase()}:`)),
  };
}

function portOf(url: URL): string {
  return url.port === '' ? defaultPort(url.protocol) : url.port;
}

function defaultPort(protocol: string): string {
  return protocol === 'https:' ? '443' : '80';
}

/** NAT64 (64:ff9b::/96) and the deprecated IPv4-compatible form (::/96) reach the IPv4 address in their last four bytes. */
function embeddedIpv4(ip: ipaddr.IPv4 | ipaddr.IPv6): string | null {
  const bytes = ip.toByteArray();
  if (bytes.length !== 16) return null;
  const compatible = bytes.slice(0, 12).every((byte) => byte === 0);
  return compatible || ip.range() === 'rfc6052' ? bytes.slice(12).join('.') : null;
}

/** Without a zone, so that `fd00:ec2::254%eth0` is known too. */
function canonical(ip: ipaddr.IPv4 | ipaddr.IPv6): string {
  return ip.toString().replace(/%.*$/, '');
}
