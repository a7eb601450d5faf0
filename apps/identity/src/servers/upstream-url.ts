import { Problem } from '@latchkey/problem';
import ipaddr from 'ipaddr.js';

const refuse = (detail: string): Problem => new Problem('invalid_request', { detail, issues: [{ path: 'url', message: detail }] });

/** Whether a host, as `URL` spells it, names this machine or an address that is not public (AS-13). Names are resolved, and judged again, at connect. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/\.$/, '');
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  const literal = host.replace(/^\[|\]$/g, '');
  // `process` turns v4-mapped addresses into the v4 ones they mean; NAT64, 6to4 and the like are ranges of their own, none of them unicast.
  return ipaddr.isValid(literal) && ipaddr.process(literal).range() !== 'unicast';
}

/**
 * Checks where a server may be.
 * @param allowPrivate  lifts the rules about addresses and, as such upstreams rarely have certificates, about https
 * @throws Problem `invalid_request`
 */
export function checkUpstreamUrl(text: string, allowPrivate: boolean): void {
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw refuse('url: it must not carry a name or password; store a connection instead');
  if (url.hash !== '') throw refuse('url: it must not have a fragment');
  if (allowPrivate) return;
  if (url.protocol !== 'https:') throw refuse('url: it must be https');
  if (isPrivateHost(url.hostname)) throw refuse('url: it must not be a private or local address');
}
