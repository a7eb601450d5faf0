import { randomUUID } from 'node:crypto';
import type { McpServer } from '@modelcontextprotocol/server';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import { MemoryEventStore } from './event-store.ts';
import { buildEverythingServer } from './server.ts';
import type { ChangeNotifier } from './streaming-tools.ts';

const refusal = (status: number, message: string) =>
  Response.json({ jsonrpc: '2.0', id: null, error: { code: -32000, message } }, { status });

/** Sessions of 2025-11-25 and older: `initialize` makes one, its id finds it again, and lost streams resume from an event store. */
export class LegacySessions {
  readonly #sessions = new Map<string, { server: McpServer; transport: WebStandardStreamableHTTPServerTransport }>();

  async handle(request: Request): Promise<Response> {
    const id = request.headers.get('mcp-session-id');
    if (id !== null) {
      const session = this.#sessions.get(id);
      return session === undefined ? refusal(404, 'Session not found') : session.transport.handleRequest(request);
    }
    if (request.method !== 'POST') return refusal(400, 'Mcp-Session-Id header is required');
    return this.#open(request);
  }

  /** The transport itself refuses whatever is not `initialize` on a connection without a session. */
  async #open(request: Request): Promise<Response> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      eventStore: new MemoryEventStore(),
      retryInterval: 100,
      onsessioninitialized: (id) => void this.#sessions.set(id, { server, transport }),
      onsessionclosed: (id) => void this.#sessions.delete(id),
    });
    const changes: ChangeNotifier = { toolsChanged: () => server.sendToolListChanged(), promptsChanged: () => server.sendPromptListChanged() };
    const server = buildEverythingServer(changes);
    server.server.setRequestHandler('resources/subscribe', () => ({}));
    server.server.setRequestHandler('resources/unsubscribe', () => ({}));
    await server.connect(transport);
    return transport.handleRequest(request);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map(({ server }) => server.close()));
    this.#sessions.clear();
  }
}
