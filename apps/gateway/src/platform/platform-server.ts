import { decide, type Decision } from '@latchkey/access';
import { invariant, Problem } from '@latchkey/problem';
import type { CallToolResult, Server as McpServer, Tool } from '@modelcontextprotocol/server';
import type { InnerRequests } from '../inner/inner-requests.ts';
import { takenOverFrom } from '../inner/taken-over.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { managementRoute } from '../upstreams/management-routes.ts';
import { platformTools, type PlatformTool } from './platform-tools.ts';
import { ToolInput } from './tool-input.ts';

interface Described extends PlatformTool {
  input: ToolInput;
}

const maxAnswerBytes = 4 * 1024 * 1024;
const serverInfo = { name: 'latchkey', title: 'Latchkey', version: '1.0.0' };
const instructions = 'Operations of this Latchkey deployment. Each works with what the credential may do, and its owner. A key that is minted or rotated is shown once: give it to whoever needs it, and repeat it nowhere else.';

/** Latchkey's own operations as an MCP server: each tool is a request to the management API, by the caller and past the same decision. */
export class PlatformServer {
  private readonly tools = new Map<string, Described>(platformTools.map((tool) => [tool.name, { ...tool, input: new ToolInput(tool.operation) }]));

  constructor(private readonly options: { inner: InnerRequests; gatewayUrl: string; management: string }) {}

  /** Whether the caller may use a tool; null where there is no such tool. */
  judge(name: string, { subject, principal }: Exchange): Decision | null {
    const tool = this.tools.get(name);
    if (tool === undefined || subject === undefined || principal === undefined) return null;
    const { scope } = tool.operation;
    return scope === null || scope === 'any' ? { kind: 'allow' } : decide(subject, { kind: 'manage', org: principal.org ?? '', scope });
  }

  /** Answers one message in its own era. Nothing is kept of it, and no stream is opened for it. */
  async answer(exchange: Exchange, request: Request): Promise<Response> {
    // Loaded when it is first needed.
    const { createMcpHandler, Server, WebStandardStreamableHTTPServerTransport } = await import('@modelcontextprotocol/server');
    const serverFor = (): McpServer => this.serverFor(exchange, Server);
    if (exchange.message?.era === 'legacy') {
      const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
      const server = serverFor();
      await server.connect(transport);
      return closing(await transport.handleRequest(request), () => server.close());
    }
    const handler = createMcpHandler(serverFor, { legacy: 'reject', keepAliveMs: 0 });
    return closing(await handler.fetch(request), () => handler.close());
  }

  private serverFor(exchange: Exchange, Server: typeof McpServer): McpServer {
    const privately = { ttlMs: 0, cacheScope: 'private' } as const;
    const server = new Server(serverInfo, { capabilities: { tools: {} }, instructions, cacheHints: { 'tools/list': privately, 'server/discover': privately } });
    server.setRequestHandler('tools/list', () => ({ tools: this.listFor(exchange) }));
    server.setRequestHandler('tools/call', ({ params }) => this.call(exchange, params.name, params.arguments ?? {}));
    return server;
  }

  private listFor(exchange: Exchange): Tool[] {
    return [...this.tools.values()].filter(({ name }) => this.judge(name, exchange)?.kind === 'allow').map(({ name, operation: spec, input, annotations }) => ({
      name, title: spec.summary, description: [spec.summary, spec.description].filter((part) => part !== undefined).join('. '), inputSchema: input.schema, annotations: { title: spec.summary, ...annotations },
    }));
  }

  private async call(exchange: Exchange, name: string, args: Record<string, unknown>): Promise<CallToolResult> {
    const tool = this.tools.get(name);
    invariant(tool !== undefined, 'unknown tools are refused before');
    try {
      return await this.ask(exchange, tool, args);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const { code, status, detail, issues } = error;
      return failed({ code, status, ...(detail === undefined ? {} : { detail }), ...(issues === undefined ? {} : { issues }) });
    }
  }

  private async ask(exchange: Exchange, { operation: spec, input }: Described, args: Record<string, unknown>): Promise<CallToolResult> {
    const { gatewayUrl, management } = this.options;
    const { path, target, body } = input.requestOf(args, exchange.needPrincipal().org);
    const method = spec.method.toUpperCase();
    const operation = managementRoute(path, method);
    invariant(operation !== null, 'every operation has its place in the management API');
    const answer = await this.options.inner.send(exchange, {
      route: { kind: 'manage', operation, target, resource: management, url: gatewayUrl + path, template: `/v1/${operation.family}` },
      method, body, headers: { ...takenOverFrom(exchange), accept: 'application/json', ...(body === null ? {} : { 'content-type': 'application/json' }) },
    });
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxAnswerBytes) throw new Problem('upstream_unavailable', { detail: 'The answer is too large; ask for less.' });
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const value = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
    if (answer.statusCode >= 400) return failed(value);
    return { content: [{ type: 'text', text: JSON.stringify(value, null, 2) }], structuredContent: value };
  }
}

/** The answer as a whole, after which whoever gave it can go. */
async function closing(response: Response, close: () => Promise<void>): Promise<Response> {
  const body = await response.arrayBuffer();
  await close();
  return new Response(body.byteLength === 0 ? null : body, { status: response.status, headers: response.headers });
}

/** What a problem document says, for a reader who acts on it. */
function failed(problem: Record<string, unknown>): CallToolResult {
  const { code = 'internal_error', status, detail, title, issues } = problem;
  const kept = { code, status, ...(detail === undefined ? { detail: title } : { detail }), ...(issues === undefined ? {} : { issues }) };
  return { isError: true, content: [{ type: 'text', text: JSON.stringify(kept) }], structuredContent: kept };
}
