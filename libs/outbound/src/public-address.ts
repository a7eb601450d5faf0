import { lookup as resolve, type LookupAddress } from 'node:dns';
import ipaddr from 'ipaddr.js';

/** The URL leads where it may not. The message names no address, for whoever gave the URL may read it. */
export class OutboundRefused extends Error {
  readonly code = 'LATCHKEY_OUTBOUND_REFUSED';
}

/** Only what is routed on the public Internet: no private, mapped, translated (NAT64) or tunnelled (6to4, Teredo) form passes (AS-13). */
export function isPublicAddress(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.parse(address).range() === 'unicast';
}

/** Resolves once and gives the socket exactly what was judged, so that a second answer of the name server can change nothing. */
export function resolvePublic(
  hostname: string,
  options: { family?: number | string },
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
): void {
  resolve(hostname, { all: true, family: options.family === 4 || options.family === 6 ? options.family : 0 }, (error, addresses) => {
    if (error !== null) callback(error, []);
    else if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address))) callback(new OutboundRefused(`${hostname} does not resolve to public addresses only`), []);
    else callback(null, addresses);
  });
}
