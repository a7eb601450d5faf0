import ipaddr from 'ipaddr.js';
import { Agent } from 'undici';
import { isPublicAddress, OutboundRefused, resolvePublic } from './public-address.ts';

export interface GuardedAgentOptions {
  /** Lifts the address rule: development, tests, and upstreams in the operator's own network. */
  allowPrivateAddresses: boolean;
  /** Of an answer */
  maxBytes: number;
  timeoutMs: number;
  /** To one host at once; 8 when left out, null for as many as there are requests. */
  connections?: number | null;
}

/** Connects to public addresses only, unless told otherwise, and reads no more and no longer than it may. */
export function guardedAgent({ allowPrivateAddresses, maxBytes, timeoutMs, connections = 8 }: GuardedAgentOptions): Agent {
  const limits = { connections, maxResponseSize: maxBytes, headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  const connect = { timeout: timeoutMs };
  return new Agent(allowPrivateAddresses ? { ...limits, connect } : { ...limits, connect: { ...connect, lookup: resolvePublic } });
}

/** @throws OutboundRefused for what is not https (loopback hosts may be http where private addresses are allowed), or is an address that is not public */
export function requireSafeUrl({ protocol, hostname }: URL, allowPrivateAddresses: boolean): void {
  const host = hostname.replace(/^\[|\]$/g, '');
  const loopback = host === 'localhost' || (ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback');
  if (protocol !== 'https:' && !(allowPrivateAddresses && loopback)) throw new OutboundRefused('only https URLs are fetched');
  // A host that is an address is never looked up, so it is judged here.
  if (!allowPrivateAddresses && ipaddr.isValid(host) && !isPublicAddress(host)) throw new OutboundRefused('the address is not public');
}
