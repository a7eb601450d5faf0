import ipaddr from 'ipaddr.js';

type Range = [ipaddr.IPv4 | ipaddr.IPv6, number];

const compiled = new WeakMap<readonly string[], readonly (Range | null)[]>();

/** Read once per list: lists live as long as the policy that holds them. What is no range admits nobody. */
function rangesOf(cidrs: readonly string[]): readonly (Range | null)[] {
  let ranges = compiled.get(cidrs);
  if (ranges === undefined) {
    ranges = cidrs.map((cidr) => (ipaddr.isValidCIDR(cidr) ? ipaddr.parseCIDR(cidr) : null));
    compiled.set(cidrs, ranges);
  }
  return ranges;
}

const within = (address: ipaddr.IPv4 | ipaddr.IPv6, range: Range): boolean =>
  address.kind() === range[0].kind() && (address as ipaddr.IPv4).match(range as [ipaddr.IPv4, number]);

/**
 * Whether a request from `address` is one of those that the list admits; without a list, any is. An address that cannot be read is none.
 * An IPv4 address in the clothes of IPv6 is what it is.
 */
export function admitsAddress(allowed: readonly string[] | null | undefined, address: string): boolean {
  if (allowed === null || allowed === undefined) return true;
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  return rangesOf(allowed).some((range) => range !== null && within(parsed, range));
}

/** Whether every address that `inner` admits is one that `outer` admits, by one range of it: several together are not added up. */
export function addressesWithin(inner: readonly string[] | null | undefined, outer: readonly string[] | null | undefined): boolean {
  if (outer === null || outer === undefined) return true;
  if (inner === null || inner === undefined) return false;
  const wholes = rangesOf(outer);
  return rangesOf(inner).every((part) => part !== null && wholes.some((whole) => whole !== null && whole[1] <= part[1] && within(part[0], whole)));
}
