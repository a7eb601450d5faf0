import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { ToolContext } from './register-tools.ts';
import { failure, structured } from './result.ts';
import { taskSchema } from './task-schema.ts';

export function registerAddTask(server: McpServer, { board }: ToolContext): void {
  server.registerTool(
    'add_task',
    {
      title: 'Add a task',
      description: "Adds a task to your organization's board.",
      inputSchema: z.object({ title: z.string().trim().min(1).max(200).describe('What is to be done') }),
      outputSchema: z.object({ task: taskSchema }),
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false },
    },
    async ({ title }, context) => {
      const task = (await board(context)).add(title);
      return task === null ? failure('The board is full. Delete a task first.') : structured({ task }, `Added task ${task.id}: ${task.title}`);
    },
  );
}
