import { z } from 'zod';
import { interactionSchema } from './links/link-contents.ts';

/** The authorization request from which somebody came to a page about accounts. What is none counts as absent. */
export const fromSchema = z.object({ from: interactionSchema.catch(null).default(null) });

export const fromOf = (input: unknown): string | null => fromSchema.safeParse(input).data?.from ?? null;

/** The sign-in page that they came from. */
export const signInPathOf = (from: string | null): string => (from === null ? '/console/sign-in' : `/interaction/${from}`);
