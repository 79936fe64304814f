/** Networks in the one form that Kubernetes takes for good: no bits beyond the prefix, no IPv4 written as IPv6. */
import ipaddr from 'ipaddr.js';

export type Family = 'ipv4' | 'ipv6';

export interface Cidr {
  readonly family: Family;
  /** Canonical: `10.0.0.0/8`, `fd00::/8`. */
  readonly text: string;
  /** Length of the prefix, bits. */
  readonly length: number;
}

/** Bits before the IPv4 address in `::ffff:0:0/96`. */
const MAPPED_BITS = 96;

/** Null for what is no network in CIDR form. */
export function parseCidr(text: string): Cidr | null {
  if (!ipaddr.isValidCIDR(text)) return null;
  const [address, length] = ipaddr.parseCIDR(text);
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && length >= MAPPED_BITS) {
    return cidr('ipv4', `${address.toIPv4Address().toString()}/${length - MAPPED_BITS}`, length - MAPPED_BITS);
  }
  return cidr(address.kind(), text, length);
}

/** An address alone as a network; null for a name. IPv6 may stand in brackets, as within a URL. */
export function hostCidr(host: string): Cidr | null {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  // Of `tcp` an odd spelling of an address is a name: Docker's client looks it up as one.
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return null;
  const { length } = ipaddr.parse(address).toByteArray();
  return parseCidr(`${address}/${length * 8}`);
}

function cidr(family: Family, text: string, length: number): Cidr {
  const network = family === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(text) : ipaddr.IPv6.networkAddressFromCIDR(text);
  return { family, text: `${network.toString()}/${length}`, length };
}
