import { z } from 'zod';
import { printable } from '../identifiers.ts';
import { pageOf } from './lists.ts';

/** Where gateways tell keys of the use of keys. */
export const usagePath = '/internal/usage';

const name = (max: number) => z.string().max(max).regex(printable);
/** One that the calendar has: Postgres knows no other, and no year 0. */
const daySchema = z.iso.date().refine((day) => !day.startsWith('0000'), 'a day, such as 2026-03-01');

/** Uses of one key at one place on one day; an empty name where there is no server, or no tool. */
const useSchema = z.object({
  pat: z.string().regex(/^[0-9A-Za-z]{1,64}$/),
  server: name(63),
  tool: name(128),
  /** UTC */
  day: daySchema,
  calls: z.number().int().min(1).max(1_000_000_000),
  /** Seconds since 1970 */
  lastUsedAt: z.number().int().nonnegative(),
});
export type Use = z.infer<typeof useSchema>;

/** One telling, the same at every attempt: by its id it is counted once. */
export const usageReportSchema = z.object({ id: z.uuid(), uses: z.array(useSchema).min(1).max(5000) });
export type UsageReport = z.infer<typeof usageReportSchema>;

export const usageDimensions = ['key', 'user', 'org', 'server', 'tool', 'day'] as const;
/** Which uses are added up: of the last 30 days where nothing is said. */
export const usageQuerySchema = z.object({
  by: z.enum(usageDimensions).default('key'),
  from: daySchema.optional(),
  to: daySchema.optional(),
  key: z.string().regex(/^[0-9A-Za-z]{8}$/).optional(),
  owner: z.string().max(200).regex(printable, 'no control characters').optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  /** Holds a name of any tool, which is longer than a place in other lists */
  cursor: z.string().max(2048).optional(),
});
export type UsageQuery = z.infer<typeof usageQuerySchema>;

/** The most used first. */
export const usagePageSchema = pageOf(z.object({ name: z.string(), calls: z.number().int() }));
export type UsagePage = z.infer<typeof usagePageSchema>;
