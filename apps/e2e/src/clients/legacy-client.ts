import { auth, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { OAuthClientInformationMixed } from '@modelcontextprotocol/sdk/shared/auth.js';
import { toToolAnswer, type McpClient } from './mcp-client.ts';
import { MemoryOAuthProvider } from './memory-oauth-provider.ts';

/** `@modelcontextprotocol/sdk` 1.x: 2025-11-25, `initialize` and a session. */
export class LegacyClient implements McpClient {
  readonly era = 'legacy';
  readonly provider: MemoryOAuthProvider<OAuthClientInformationMixed>;
  readonly #url: URL;
  #client: Client | undefined;
  #transport: StreamableHTTPClientTransport | undefined;

  constructor(url: string, redirectUrl: string) {
    this.#url = new URL(url);
    this.provider = new MemoryOAuthProvider(redirectUrl, 'Legacy journey');
  }

  async connect(): Promise<URL | null> {
    this.provider.authorizationUrl = undefined;
    this.#client = new Client({ name: 'legacy-journey', version: '1' });
    this.#transport = new StreamableHTTPClientTransport(this.#url, { authProvider: this.provider });
    try {
      await this.#client.connect(this.#transport);
      return null;
    } catch (error) {
      if (!(error instanceof UnauthorizedError) || this.provider.authorizationUrl === undefined) throw error;
      return this.provider.authorizationUrl;
    }
  }

  async finish(parameters: URLSearchParams): Promise<void> {
    await this.#transport!.finishAuth(parameters.get('code') ?? '');
    const again = await this.connect();
    if (again !== null) throw new Error('The client was sent to authorization again after it had come back.');
  }

  async refresh(): Promise<void> {
    const result = await auth(this.provider, { serverUrl: this.#url });
    if (result !== 'AUTHORIZED') throw new Error(`Refresh ended in ${result}`);
  }

  async listTools(): Promise<string[]> {
    return (await this.#client!.listTools()).tools.map((tool) => tool.name);
  }

  async call(name: string, args: Record<string, unknown> = {}) {
    return toToolAnswer(await this.#client!.callTool({ name, arguments: args }));
  }

  tokens() {
    return this.provider.saved!;
  }

  clientId(): string {
    return this.provider.client!.client_id;
  }

  async close(): Promise<void> {
    await this.#client?.close();
  }
}
