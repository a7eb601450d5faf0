import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { ToolContext } from './register-tools.ts';
import { failure, structured } from './result.ts';
import { taskIdSchema } from './task-schema.ts';

/** Says of itself that it destroys: the gateway asks for the `delete` action here. */
export function registerDeleteTask(server: McpServer, { board }: ToolContext): void {
  server.registerTool(
    'delete_task',
    {
      title: 'Delete a task',
      description: 'Deletes a task for good.',
      inputSchema: taskIdSchema,
      outputSchema: z.object({ deleted: z.number().int() }),
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    async ({ id }, context) => {
      const deleted = (await board(context)).delete(id);
      return deleted ? structured({ deleted: id }, `Task ${id} is deleted.`) : failure(`There is no task ${id}.`);
    },
  );
}
