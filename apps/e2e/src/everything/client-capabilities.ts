import type { ClientCapabilities, ServerContext } from '@modelcontextprotocol/server';
import { CLIENT_CAPABILITIES_META_KEY } from '@modelcontextprotocol/server';

/** What the client of a modern request says it can do; the SDK hands the envelope on without naming its keys in the type. */
export function clientCapabilities(context: ServerContext): ClientCapabilities {
  const envelope: Record<string, unknown> = context.mcpReq.envelope ?? {};
  return (envelope[CLIENT_CAPABILITIES_META_KEY] ?? {}) as ClientCapabilities;
}
