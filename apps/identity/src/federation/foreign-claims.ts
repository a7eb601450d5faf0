import { printable } from '@latchkey/contracts';
import { z } from 'zod';
import { emailSchema } from '../accounts/email.ts';
import type { ForeignProvider } from './foreign-provider.ts';

/** What is read of an ID token or a user info answer, after its signature, issuer, audience, nonce and times were checked. */
export const foreignClaimsSchema = z.object({
  sub: z.string().min(1).max(255).regex(printable),
  email: emailSchema.optional().catch(undefined),
  // Some providers send the word instead of the value (Apple does).
  email_verified: z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).optional().catch(false),
  name: z.string().optional().catch(undefined),
  hd: z.string().optional().catch(undefined),
  amr: z.array(z.string()).optional().catch([]),
  acr: z.string().optional().catch(undefined),
  auth_time: z.number().int().positive().optional().catch(undefined),
});
export type ForeignClaims = z.output<typeof foreignClaimsSchema>;

const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1);

/**
 * Whether the provider's word is enough to say whose address this is. It has verified the address, and is one that may speak for it:
 * a provider that speaks for any address could otherwise hand out anybody's account.
 */
export function speaksForAddress({ speaksFor }: ForeignProvider, { email, email_verified: verified, hd }: ForeignClaims): boolean {
  if (email === undefined || verified !== true) return false;
  if (speaksFor === 'any') return true;
  if (speaksFor === 'google') return domainOf(email) === 'gmail.com' || hd?.toLowerCase() === domainOf(email);
  return speaksFor.includes(domainOf(email));
}

/**
 * The only organization in which a sign-in counts; null where it counts everywhere. An organization's provider can say anything of
 * anybody, so it is believed beyond that organization only of accounts whose own address it speaks for, whatever it says today's is.
 */
export function reachFor(provider: ForeignProvider, account: { email: string; emailVerified: boolean } | null): string | null {
  const { org } = provider;
  if (org === null) return null;
  const speaks = account !== null && speaksForAddress(provider, { sub: '', email: account.email, email_verified: account.emailVerified });
  return speaks ? null : org;
}

/** Whether somebody showed several factors there (RFC 8176). */
export const severalFactors = ({ mfaAcrValues }: ForeignProvider, { amr = [], acr }: ForeignClaims): boolean =>
  amr.includes('mfa') || (acr !== undefined && mfaAcrValues.includes(acr));
