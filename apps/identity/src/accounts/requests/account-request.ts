import { z } from 'zod';
import { linkContents } from '../links/link-contents.ts';

/** Where it came from, for the audit log. */
const origin = { address: z.string().nullable() };

/** What can be asked of an account without being signed in to it, or about an address that may be somebody else's. */
export const accountRequestSchema = z.discriminatedUnion('kind', [
  linkContents.sign_up.extend({ kind: z.literal('sign_up'), ...origin }),
  linkContents.password_reset.extend({ kind: z.literal('password_reset'), email: z.string(), ...origin }),
  z.object({ kind: z.literal('email_change'), userId: z.string(), email: z.string(), ...origin }),
]);
export type AccountRequest = z.infer<typeof accountRequestSchema>;
export type AccountRequestOf<K extends AccountRequest['kind']> = Extract<AccountRequest, { kind: K }>;
