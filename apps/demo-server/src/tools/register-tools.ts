import type { McpServer, ServerContext } from '@modelcontextprotocol/server';
import type { Board } from '../board/board.ts';
import type { Caller } from '../identity/caller.ts';
import { registerAddTask } from './add-task.ts';
import { registerCompleteTask } from './complete-task.ts';
import { registerConvertTime } from './convert-time.ts';
import { registerDeleteTask } from './delete-task.ts';
import { registerListTasks } from './list-tasks.ts';
import { registerRunTimer } from './run-timer.ts';
import { registerWhoami } from './whoami.ts';

/** What a tool may ask about the request it serves. */
export interface ToolContext {
  caller(context: ServerContext): Promise<Caller>;
  board(context: ServerContext): Promise<Board>;
}

/** The order in which `tools/list` shows them. */
export function registerTools(server: McpServer, tools: ToolContext): void {
  registerWhoami(server, tools);
  registerListTasks(server, tools);
  registerAddTask(server, tools);
  registerCompleteTask(server, tools);
  registerDeleteTask(server, tools);
  registerConvertTime(server);
  registerRunTimer(server);
}
