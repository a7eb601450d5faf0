import type { CallToolResult } from '@modelcontextprotocol/server';

/** A result for programs (`structuredContent`) and for models (the same as text). */
export function structured(value: Record<string, unknown>, text = JSON.stringify(value, null, 2)): CallToolResult {
  return { content: [{ type: 'text', text }], structuredContent: value };
}

/** A failure that the model can read and mend, as opposed to a protocol error. */
export function failure(text: string): CallToolResult {
  return { isError: true, content: [{ type: 'text', text }] };
}
