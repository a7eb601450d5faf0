import { z } from 'zod';

/** Null before the first proof: JSON has no infinity. */
const ageSchema = z.object({ ageMs: z.number().int().nonnegative().nullable() });

/**
 * Answer of `GET /v1/freshness`: how old what the answering gateway knows of each writer may be, and past which age it asks or refuses (docs/freshness.md).
 * An age tells of no organization, so everybody who belongs to one may know it; positions in a feed, which would tell how much happens elsewhere, are not in it.
 */
export const freshnessSchema = z.object({ identity: ageSchema, keys: ageSchema, boundMs: z.number().int() });
export type FreshnessShown = z.infer<typeof freshnessSchema>;
