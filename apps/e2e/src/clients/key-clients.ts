import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as LegacySdkClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacySdkTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { toToolAnswer, type ToolAnswer } from './mcp-client.ts';

/** A client that was given a key instead of a sign-in: `Authorization` as a fixed header. */
export interface KeyClient {
  listTools(): Promise<string[]>;
  call(name: string, args: Record<string, unknown>): Promise<ToolAnswer>;
  close(): Promise<void>;
}

const withKey = (token: string) => ({ requestInit: { headers: { authorization: `Bearer ${token}` } } });

export async function connectModernWithKey(url: string, token: string): Promise<KeyClient> {
  const client = new Client({ name: 'modern-key', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), withKey(token)));
  return {
    listTools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (name, args) => toToolAnswer(await client.callTool({ name, arguments: args })),
    close: () => client.close(),
  };
}

export async function connectLegacyWithKey(url: string, token: string): Promise<KeyClient> {
  const client = new LegacySdkClient({ name: 'legacy-key', version: '1' });
  await client.connect(new LegacySdkTransport(new URL(url), withKey(token)));
  return {
    listTools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (name, args) => toToolAnswer(await client.callTool({ name, arguments: args })),
    close: () => client.close(),
  };
}
