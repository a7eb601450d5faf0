import { setTimeout as wait } from 'node:timers/promises';
import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { structured } from './result.ts';

const steps = 10;

/** Takes its time and says how far it has come: shows streaming, progress and cancellation end to end. */
export function registerRunTimer(server: McpServer): void {
  server.registerTool(
    'run_timer',
    {
      title: 'Run a timer',
      description: 'Waits for the given number of seconds and reports progress ten times on the way. Ends at once when cancelled.',
      inputSchema: z.object({ seconds: z.number().min(0.1).max(300).describe('How long to run') }),
      outputSchema: z.object({ seconds: z.number() }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ seconds }, context) => {
      const { _meta, notify, signal } = context.mcpReq;
      for (let progress = 1; progress <= steps; progress += 1) {
        await wait((seconds * 1000) / steps, undefined, { signal });
        if (_meta?.progressToken === undefined) continue;
        await notify({ method: 'notifications/progress', params: { progressToken: _meta.progressToken, progress, total: steps } });
      }
      return structured({ seconds }, `${seconds} seconds are over.`);
    },
  );
}
