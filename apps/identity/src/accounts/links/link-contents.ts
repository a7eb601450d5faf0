import { z } from 'zod';
import type { LinkPurpose } from './account-link.entity.ts';

/** The authorization request that somebody was in, to go on with it afterwards. */
export const interactionSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/).nullable();

/** What following a link brings about. */
export const linkContents = {
  sign_up: z.object({
    email: z.string(),
    name: z.string(),
    passwordHash: z.string(),
    interaction: interactionSchema,
    /** The browser in which it was asked for; null where it keeps no cookies. */
    browser: z.string().nullable(),
  }),
  password_reset: z.object({ interaction: interactionSchema }),
  email_change: z.object({ email: z.string() }),
  /** The address to go back to. */
  email_undo: z.object({ email: z.string() }),
} satisfies Record<LinkPurpose, z.ZodType>;

export type LinkContent<P extends LinkPurpose> = z.infer<(typeof linkContents)[P]>;
