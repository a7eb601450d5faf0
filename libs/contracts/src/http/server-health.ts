import { z } from 'zod';

/** Where gateways tell identity how servers are; in their own name, which only they can sign. */
export const serverHealthPath = '/internal/server-health';

/** Why a server did not answer. */
export const serverFailures = ['unreachable', 'timeout', 'tls', 'address_refused', 'bad_status'] as const;
export type ServerFailure = (typeof serverFailures)[number];

const moment = z.iso.datetime().nullable();

/** What one gateway has seen of servers. It says only what it has seen itself, and says it again while it lasts. */
export const serverHealthReportSchema = z.object({
  gateway: z.uuid(),
  servers: z
    .array(
      z.object({
        id: z.uuid(),
        state: z.enum(['up', 'down', 'unknown']),
        /** In a row */
        failures: z.number().int().nonnegative(),
        /** Requests and streams that are open */
        open: z.number().int().nonnegative(),
        lastSuccessAt: moment,
        lastFailureAt: moment,
        lastFailure: z.enum(serverFailures).nullable(),
      }),
    )
    .max(1000),
});
export type ServerHealthReport = z.infer<typeof serverHealthReportSchema>;

/**
 * A server as gateways have seen it in the last minutes: `degraded` where some reach it and some do not, `unknown` where none has had to do
 * with it.
 */
export const serverHealthSchema = z.object({
  state: z.enum(['up', 'degraded', 'down', 'unknown']),
  /** Gateways that told of it, and those that do not reach it */
  gateways: z.number().int(),
  down: z.number().int(),
  lastSuccessAt: moment,
  lastFailureAt: moment,
  lastFailure: z.enum(serverFailures).nullable(),
  /** When it was last told of */
  reportedAt: moment,
});
export type ServerHealth = z.infer<typeof serverHealthSchema>;
