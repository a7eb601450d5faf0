import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { failure, structured } from './result.ts';
import { instantOf, isTimeZone, wallClock } from './zoned-time.ts';

const zoneSchema = z.string().max(64).refine(isTimeZone, 'must be an IANA time zone, such as Europe/Berlin');

export function registerConvertTime(server: McpServer): void {
  server.registerTool(
    'convert_time',
    {
      title: 'Convert a time between time zones',
      description: 'Converts a wall-clock time of one time zone to another, daylight saving included.',
      inputSchema: z.object({
        time: z.string().max(32).describe('Local time without an offset, such as 2026-07-28T14:30'),
        from: zoneSchema.describe('IANA time zone of `time`, such as Europe/Berlin'),
        to: zoneSchema.describe('IANA time zone to convert to, such as Asia/Tokyo'),
      }),
      outputSchema: z.object({ time: z.string(), zone: z.string(), utc: z.string() }),
      annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
    },
    ({ time, from, to }) => {
      const instant = instantOf(time, from);
      if (instant === null) return failure('`time` must look like 2026-07-28T14:30.');
      const converted = wallClock(instant, to);
      return structured({ time: converted, zone: to, utc: instant.toISOString() }, `${time} in ${from} is ${converted} in ${to}.`);
    },
  );
}
