import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { ToolContext } from './register-tools.ts';
import { structured } from './result.ts';
import { taskSchema } from './task-schema.ts';

export function registerListTasks(server: McpServer, { board }: ToolContext): void {
  server.registerTool(
    'list_tasks',
    {
      title: 'List tasks',
      description: "Lists the tasks on your organization's board.",
      inputSchema: z.object({ status: z.enum(['open', 'done', 'all']).default('all').describe('Which tasks to show') }),
      outputSchema: z.object({ tasks: z.array(taskSchema) }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ status }, context) => {
      const tasks = (await board(context)).list().filter((task) => status === 'all' || task.done === (status === 'done'));
      const lines = tasks.map((task) => `${task.done ? '[x]' : '[ ]'} ${task.id}. ${task.title}`);
      return structured({ tasks }, lines.length === 0 ? 'No tasks.' : lines.join('\n'));
    },
  );
}
