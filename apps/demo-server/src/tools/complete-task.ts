import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { ToolContext } from './register-tools.ts';
import { failure, structured } from './result.ts';
import { taskIdSchema, taskSchema } from './task-schema.ts';

export function registerCompleteTask(server: McpServer, { board }: ToolContext): void {
  server.registerTool(
    'complete_task',
    {
      title: 'Complete a task',
      description: 'Marks a task as done.',
      inputSchema: taskIdSchema,
      outputSchema: z.object({ task: taskSchema }),
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    async ({ id }, context) => {
      const task = (await board(context)).complete(id);
      return task === undefined ? failure(`There is no task ${id}.`) : structured({ task }, `Task ${id} is done.`);
    },
  );
}
