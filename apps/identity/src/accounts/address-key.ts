import ipaddr from 'ipaddr.js';

/** The key under which an address is counted: an IPv4 address as it is, an IPv6 one by its /64, which is what one subscriber has. */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`).toString()}/64`;
}
