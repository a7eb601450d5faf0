import { domainToASCII } from 'node:url';
import { Problem } from '@latchkey/problem';
import { parse } from 'tldts';

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const refuse = (message: string): Problem => new Problem('invalid_request', { detail: `domain: ${message}`, issues: [{ path: 'domain', message }] });

/**
 * A domain in the one spelling that is stored and compared: ASCII (IDNA), lower case, without a dot at the end.
 * @returns null for what is no domain name
 */
export function normalizedDomain(text: string): string | null {
  const ascii = domainToASCII(text.trim().replace(/\.$/, '')).toLowerCase();
  const labels = ascii.split('.');
  // A last label of digits is an address, as URLs see it.
  if (ascii.length > 230 || labels.length < 2 || !labels.every((part) => label.test(part)) || /^\d+$/.test(labels.at(-1) ?? '')) return null;
  return ascii;
}

/**
 * A domain that an organization may say is its own.
 *
 * Whoever proves one controls the DNS right below it, so nobody can prove a suffix that others register under; all of the Public Suffix List
 * are refused all the same, registries (`co.uk`) and services that hand out names (`github.io`) alike: what they could prove would still be
 * everybody's. The list comes with the package; one that is newer than that is proven by nobody but its registry.
 * @throws Problem `invalid_request`
 */
export function claimableDomain(text: string): string {
  const domain = normalizedDomain(text);
  if (domain === null) throw refuse('this is no domain name');
  if (/^(?:localhost|local|internal|test|example|invalid|onion|arpa)$/.test(domain.split('.').at(-1) ?? '')) throw refuse('nobody can own this domain');
  if (parse(domain, { allowPrivateDomains: true, extractHostname: false }).domain === null) throw refuse('this is a suffix that others register under');
  return domain;
}

/** The domain of an e-mail address, in the same spelling. */
export const domainOfEmail = (email: string): string | null => normalizedDomain(email.slice(email.lastIndexOf('@') + 1));
