import { domainToASCII } from 'node:url';
import { Problem } from '@latchkey/problem';

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Below a country's own domain these are where everybody registers, and belong to nobody: `co.uk`, `com.au`, `ac.jp`. */
const registries = new Set(['ac', 'co', 'com', 'edu', 'go', 'gob', 'gov', 'gouv', 'id', 'ltd', 'mil', 'ne', 'net', 'nom', 'or', 'org', 'plc', 'sch']);

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
 * Whoever proves one controls the DNS right below it, so nobody can prove a suffix that others register under; those of countries are
 * refused all the same, for what a registry could prove would still be everybody's.
 * @throws Problem `invalid_request`
 */
export function claimableDomain(text: string): string {
  const domain = normalizedDomain(text);
  if (domain === null) throw refuse('this is no domain name');
  const [first = '', second = '', ...more] = domain.split('.');
  if (/^(?:localhost|local|internal|test|example|invalid|onion|arpa)$/.test(domain.split('.').at(-1) ?? '')) throw refuse('nobody can own this domain');
  if (more.length === 0 && second.length === 2 && registries.has(first)) throw refuse('this is a suffix that others register under');
  return domain;
}

/** The domain of an e-mail address, in the same spelling. */
export const domainOfEmail = (email: string): string | null => normalizedDomain(email.slice(email.lastIndexOf('@') + 1));
