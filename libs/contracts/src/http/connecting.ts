import { z } from 'zod';
import { isStorable } from '../storable.ts';
import { connectionKindSchema, ownConnectionSchema } from './connections.ts';

/**
 * What identity, who knows the person at a browser, asks keys, who keeps what they connect with. `user` is who is signed in there, and `browser`
 * a mark by which that browser is known again. The questions go over the feed's connection, like every question between the two.
 */
const ticket = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const at = { user: z.string().max(256).refine(isStorable).nullable(), browser: z.string().max(100).refine(isStorable).nullable() };
const callback = z.url().max(2048);

export const connectAskSchema = z.discriminatedUnion('connect', [
  z.strictObject({ connect: z.literal('look'), ticket, ...at }),
  z.strictObject({ connect: z.literal('begin'), ticket, callback, ...at }),
  z.strictObject({ connect: z.literal('give'), ticket, value: ownConnectionSchema.shape.value, ...at }),
  /** `query` is what the authorization server sent the browser back with. */
  z.strictObject({ connect: z.literal('finish'), query: z.string().max(8192), callback, ...at }),
]);
export type ConnectAsk = z.infer<typeof connectAskSchema>;

const name = z.string();
const returnTo = z.string().nullable();

export const connectAnswerSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('open'), name, kind: connectionKindSchema, server: z.string(), origin: z.string(), /** The OAuth client on whose call it began */ client: z.string().nullable(), shared: z.boolean(), /** Whether it is certain that whoever is there is whom it is for */ known: z.boolean(), /** Scopes that are asked for beyond those that were agreed to before */ wants: z.array(z.string()).default([]) }),
  z.object({ outcome: z.literal('go'), url: z.string() }),
  z.object({ outcome: z.literal('connected'), name, returnTo }),
  /** `denied`: the person said no; `failed`: it did not work, and the log says why */
  z.object({ outcome: z.enum(['denied', 'failed']), name, returnTo }),
  /** Nobody is signed in, or somebody else than the one it is for, or in another browser than it began in; or there is nothing (any more). */
  z.object({ outcome: z.enum(['sign_in', 'other_person', 'other_browser', 'gone']) }),
]);
export type ConnectAnswer = z.infer<typeof connectAnswerSchema>;
