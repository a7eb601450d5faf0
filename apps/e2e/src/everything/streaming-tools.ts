import { setTimeout as wait } from 'node:timers/promises';
import type { McpServer, ServerContext } from '@modelcontextprotocol/server';
import { inputRequired } from '@modelcontextprotocol/server';
import { nameSchema } from './input-schemas.ts';

const pauseMs = 50;

/** What the host of a server instance can do for its tools: tell every listener that a list has changed. */
export interface ChangeNotifier {
  toolsChanged(): void;
  promptsChanged(): void;
}

async function progress(context: ServerContext, value: number): Promise<void> {
  const progressToken = context.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return;
  await context.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: value, total: 100 } });
}

const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] });

/** Tools that send something before, or beside, their result. */
export function registerStreamingTools(server: McpServer, changes: ChangeNotifier): void {
  server.registerTool('test_tool_with_progress', { description: 'Reports progress' }, async (context) => {
    await progress(context, 0);
    await wait(pauseMs);
    await progress(context, 50);
    await wait(pauseMs);
    await progress(context, 100);
    return text('Progress reported');
  });
  server.registerTool('test_tool_with_logging', { description: 'Sends log messages' }, async (context) => {
    await context.mcpReq.log('info', 'Tool execution started');
    await wait(pauseMs);
    await context.mcpReq.log('info', 'Tool processing data');
    await wait(pauseMs);
    await context.mcpReq.log('info', 'Tool execution completed');
    return text('Messages logged');
  });
  // Only a request that names a log level may get log messages (2026-07-28).
  server.registerTool('test_logging_tool', { description: 'Logs if the request asks for it' }, async (context) => {
    await context.mcpReq.log('info', 'A message for those who asked');
    return text('Logged');
  });
  // Closes its own stream half-way; the result waits in the event store for a client that comes back with Last-Event-ID (SEP-1699).
  server.registerTool('test_reconnection', { description: 'Closes the stream before it answers' }, async (context) => {
    context.http?.closeSSE?.();
    await wait(2 * pauseMs);
    return text('Reconnection test completed');
  });
  server.registerTool('test_streaming_elicitation', { description: 'Streams, then asks for input' }, async (context) => {
    await progress(context, 50);
    return inputRequired({ inputRequests: { user_name: inputRequired.elicit({ message: 'What is your name?', requestedSchema: nameSchema }) } });
  });
  server.registerTool('test_trigger_tool_change', { description: 'Announces that the list of tools has changed' }, () => {
    changes.toolsChanged();
    return text('Announced');
  });
  server.registerTool('test_trigger_prompt_change', { description: 'Announces that the list of prompts has changed' }, () => {
    changes.promptsChanged();
    return text('Announced');
  });
}
