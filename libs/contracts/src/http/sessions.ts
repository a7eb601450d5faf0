import { z } from 'zod';
import { pageOf, pageQuerySchema } from './lists.ts';

/** Where somebody is signed in: to the console, or to the pages on which programs are connected. `device` is what the browser says it is. */
export const sessionSchema = z.object({
  id: z.string(),
  kind: z.enum(['console', 'browser']),
  device: z.string(),
  address: z.string().nullable(),
  createdAt: z.string(),
  lastSeenAt: z.string(),
  expiresAt: z.string(),
});
export type Session = z.infer<typeof sessionSchema>;
export const sessionPageSchema = pageOf(sessionSchema);

export const listSessionsQuerySchema = pageQuerySchema.extend({ kind: z.enum(['console', 'browser']).optional() });
export type ListSessionsQuery = z.infer<typeof listSessionsQuerySchema>;

/** `consistency` is null for a console session: no token names one, so gateways have nothing to learn. */
export const endedSessionSchema = z.object({ id: z.string(), consistency: z.string().nullable() });
export type EndedSession = z.infer<typeof endedSessionSchema>;

export const endedSessionsSchema = z.object({ ended: z.number().int() });
export type EndedSessions = z.infer<typeof endedSessionsSchema>;
