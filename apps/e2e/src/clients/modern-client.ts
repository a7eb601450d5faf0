import { auth, Client, StreamableHTTPClientTransport, UnauthorizedError, type StoredOAuthClientInformation } from '@modelcontextprotocol/client';
import { toToolAnswer, type McpClient } from './mcp-client.ts';
import { MemoryOAuthProvider } from './memory-oauth-provider.ts';

/** `@modelcontextprotocol/client`, pinned to 2026-07-28: no session, no handshake. */
export class ModernClient implements McpClient {
  readonly era = 'modern';
  readonly provider: MemoryOAuthProvider<StoredOAuthClientInformation>;
  readonly #url: URL;
  #client: Client | undefined;
  #transport: StreamableHTTPClientTransport | undefined;

  constructor(url: string, redirectUrl: string) {
    this.#url = new URL(url);
    this.provider = new MemoryOAuthProvider(redirectUrl, 'Modern journey');
  }

  async connect(): Promise<URL | null> {
    this.provider.authorizationUrl = undefined;
    this.#client = new Client({ name: 'modern-journey', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
    this.#transport = new StreamableHTTPClientTransport(this.#url, { authProvider: this.provider });
    try {
      await this.#client.connect(this.#transport);
      return null;
    } catch (error) {
      if (!(error instanceof UnauthorizedError) && this.provider.authorizationUrl === undefined) throw error;
      if (this.provider.authorizationUrl === undefined) throw error;
      return this.provider.authorizationUrl;
    }
  }

  async finish(parameters: URLSearchParams): Promise<void> {
    await this.#transport!.finishAuth(parameters);
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
