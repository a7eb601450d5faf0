import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';

const closeRanges = new Set(['loopback', 'private', 'uniqueLocal', 'linkLocal', 'carrierGradeNat']);

/** Whether an address can only be a neighbour's: a reverse proxy of ours, never somebody on the Internet. */
function isClose(address: string): boolean {
  return ipaddr.isValid(address) && closeRanges.has(ipaddr.process(address).range());
}

/**
 * The address that limits count. `X-Forwarded-For` is believed only from a neighbour, and of it only the last entry, which that
 * neighbour wrote: anybody can send the rest.
 */
export function peerAddress(request: IncomingMessage): string {
  const peer = request.socket.remoteAddress ?? '';
  const forwarded = request.headers['x-forwarded-for'];
  const last = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded)?.split(',').at(-1)?.trim();
  return last !== undefined && ipaddr.isValid(last) && isClose(peer) ? last : peer;
}
