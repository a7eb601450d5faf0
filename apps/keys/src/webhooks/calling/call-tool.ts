import type { HookError } from '@latchkey/contracts';
import { Client, SdkHttpError, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { gatewayFetch } from './gateway-fetch.ts';

export interface ToolCall {
  /** Of the server at the gateway */
  url: string;
  /** What the gateway is called from outside: it answers to no other name. */
  host: string;
  token: string;
  tool: string;
  arguments: Record<string, unknown>;
  /** The same at every attempt, so that a tool can tell a repetition. */
  deliveryId: string;
  timeoutMs: number;
}

/** What the gateway says for good; everything else may be better later. */
const finalStatuses = new Set([400, 401, 403, 404, 405, 413, 415]);

function errorOf(thrown: unknown): HookError {
  if (thrown instanceof SdkHttpError) return finalStatuses.has(thrown.status) ? 'refused' : 'unavailable';
  const { name, code } = (thrown ?? {}) as { name?: unknown; code?: unknown };
  // A JSON-RPC error is an answer: no such tool, or not for this key.
  return name === 'UnauthorizedError' || typeof code === 'number' ? 'refused' : 'unavailable';
}

/** Calls a tool as any client would, through the gateway, in whichever era the server speaks. @returns why it failed, or null */
export async function callTool({ url, host, token, tool, arguments: args, deliveryId, timeoutMs }: ToolCall): Promise<HookError | null> {
  const client = new Client({ name: 'latchkey-webhooks', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const signal = AbortSignal.timeout(timeoutMs);
  const transport = new StreamableHTTPClientTransport(new URL(url), { fetch: gatewayFetch(host), requestInit: { headers: { authorization: `Bearer ${token}` } } });
  try {
    await client.connect(transport, { signal });
    const result = await client.callTool({ name: tool, arguments: args, _meta: { 'latchkey.dev/delivery': deliveryId } }, { signal, timeout: timeoutMs });
    return result.isError === true ? 'tool_error' : null;
  } catch (thrown) {
    return errorOf(thrown);
  } finally {
    await client.close().catch(() => undefined);
  }
}
