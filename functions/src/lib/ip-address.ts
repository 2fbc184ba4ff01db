import ipaddr from 'ipaddr.js';

/** Of an IPv6 network as a provider gives it to one customer; all of its addresses are one client. */
const IPV6_PREFIX_BITS = 64;

/** An address in its one canonical form (an IPv4-mapped IPv6 address as IPv4); null for what is none. */
export function canonicalAddress(text: string): string | null {
  const trimmed = text.trim();
  // The parser takes IPv4 in forms that only C knows: `0x7f.1`, `127.1`.
  if (!ipaddr.IPv6.isValid(trimmed) && !ipaddr.IPv4.isValidFourPartDecimal(trimmed)) return null;
  const address = ipaddr.process(trimmed.replace(/%.*$/, ''));
  return address.toString();
}

/** The network that is taken for one client: an IPv4 address itself, or the /64 of an IPv6 address. */
export function clientNetwork(canonical: string): string {
  const address = ipaddr.parse(canonical);
  if (address.kind() === 'ipv4') return canonical;
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${canonical}/${IPV6_PREFIX_BITS}`)}/${IPV6_PREFIX_BITS}`;
}

/** The network of a client; all of whom no address is known are one. */
export function networkOf({ address }: { readonly address: string | null }): string {
  return address === null ? 'none' : clientNetwork(address);
}

/** Whether the text is an address, or a network such as `203.0.113.0/24`, that `isWithin` can look in. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (rest.length > 0 || canonicalAddress(address) === null || address.includes('%')) return false;
  return prefix === undefined || ipaddr.isValidCIDR(text);
}

/** Whether a canonical address is the network's, or the one address that stands in its place. */
export function isWithin(canonical: string, network: string): boolean {
  const address = ipaddr.parse(canonical);
  if (!network.includes('/')) return canonicalAddress(network) === canonical;
  const [range, bits] = ipaddr.parseCIDR(network);
  return address.kind() === range.kind() && address.match(range, bits);
}
