import type { Client, Tool } from '@modelcontextprotocol/client';
import { Problem } from '@latchkey/problem';
import { isObject } from '../message/message.ts';
import { asWritten } from './as-written.ts';
import { checkInput } from './check-input.ts';
import { noSuchTool } from './no-such-tool.ts';
import type { Acquaintance } from './tool-client.ts';

export type ToolResult = Awaited<ReturnType<Client['callTool']>>;
export type Progress = { progress: number; total?: number | undefined; message?: string | undefined };

export interface ToolCall {
  tool: string;
  /** What the caller sent, and how it was written */
  body: Record<string, unknown>;
  text: string;
  timeoutMs: number;
  /** Null: nobody waits for news of it. */
  onProgress: ((progress: Progress) => void) | null;
}

/** A body is the arguments; as in a call of the protocol they may also be the one member `arguments`, unless the tool has one of that name. */
function argumentsIn(body: Record<string, unknown>, { inputSchema }: Tool): { args: Record<string, unknown>; path: 'arguments' | null } {
  const { arguments: wrapped } = body;
  const isOwn = isObject(inputSchema.properties) && Object.hasOwn(inputSchema.properties, 'arguments');
  return isObject(wrapped) && !isOwn && Object.keys(body).length === 1 ? { args: wrapped, path: 'arguments' } : { args: body, path: null };
}

/** All tools of the server that the caller may see. */
export async function listTools(client: Client, known: Acquaintance, options: { signal: AbortSignal; timeoutMs: number }): Promise<readonly Tool[]> {
  const { tools } = await client.listTools({}, { signal: options.signal, timeout: options.timeoutMs });
  known.tools = tools;
  return tools;
}

/** @throws Problem `not_found`, `invalid_request` where the arguments do not fit */
export async function callTool(client: Client, known: Acquaintance, { tool: name, body, text, timeoutMs, onProgress }: ToolCall, signal: AbortSignal): Promise<ToolResult> {
  const named = (tools: readonly Tool[] | null): Tool | undefined => tools?.find((tool) => tool.name === name);
  const tool = named(known.tools) ?? named(await listTools(client, known, { signal, timeoutMs }));
  if (tool === undefined) throw noSuchTool();
  const { args, path } = argumentsIn(body, tool);
  const issues = checkInput(tool.inputSchema, args);
  if (issues.length > 0) throw new Problem('invalid_request', { detail: 'The arguments do not fit the input schema of the tool.', issues });
  return client.callTool({ name, arguments: asWritten(args, text, path) }, {
    signal, timeout: timeoutMs, toolDefinition: tool, ...(onProgress === null ? {} : { onprogress: onProgress, resetTimeoutOnProgress: true }),
  });
}
