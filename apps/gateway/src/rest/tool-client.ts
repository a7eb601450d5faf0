import type { Client as McpClient, Tool } from '@modelcontextprotocol/client';
import { Problem } from '@latchkey/problem';
import { innerFetch } from '../inner/inner-fetch.ts';
import type { InnerRequests } from '../inner/inner-requests.ts';
import type { Exchange, McpRoute } from '../proxy/exchange.ts';
import { ClientGone } from '../proxy/render-refusal.ts';
import { failureOf } from './failure-of.ts';

type Prior = Parameters<McpClient['connect']>[1] extends infer O | undefined ? (O extends { prior?: infer P } ? NonNullable<P> : never) : never;

/** What was found out about a server in the name of one caller. */
export interface Acquaintance {
  prior: Prior | null;
  tools: readonly Tool[] | null;
}

/** Schemas are the server's word; what it answers is passed on and judged by nobody here. */
const trusting = { getValidator: () => (data: unknown) => ({ valid: true as const, data: data as never, errorMessage: undefined }) };

/**
 * Speaks to a server as an MCP client does, in the server's own era and in the caller's name, for as long as `use` takes. Each thing that is said before has
 * `timeoutMs` for its answer.
 * @throws Problem in the words of REST; ClientGone
 */
export async function withToolClient<T>(
  { inner, exchange, route, signal, known, timeoutMs }: { inner: InnerRequests; exchange: Exchange; route: McpRoute; signal: AbortSignal; known: Acquaintance; timeoutMs: number },
  use: (client: McpClient, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // Loaded when it is first needed: most gateways never do, and it takes as much memory as a thousand streams.
  const sdk = await import('@modelcontextprotocol/client');
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  // Inside, it is a request to the server as any other; only what it takes is that of REST.
  const { fetch, refusal } = innerFetch(inner, exchange, { ...route, tools: undefined } as McpRoute, (reason) => ended.abort(reason));
  const client = new sdk.Client({ name: 'latchkey-rest', version: '1' }, { versionNegotiation: { mode: 'auto' }, jsonSchemaValidator: trusting, inputRequired: { autoFulfill: false } });
  // What breaks off is over: a tool must not be called twice because its answer was lost.
  const transport = new sdk.StreamableHTTPClientTransport(new URL(route.url), { fetch, reconnectionOptions: { maxRetries: 0, initialReconnectionDelay: 1, maxReconnectionDelay: 1, reconnectionDelayGrowFactor: 1 } });
  const speak = async (): Promise<T> => {
    await client.connect(transport, { signal: either, timeout: timeoutMs, ...(known.prior === null ? {} : { prior: known.prior }) });
    known.prior ??= client.getProtocolEra() === 'legacy' ? { kind: 'legacy' } : priorOf(client);
    return await use(client, either);
  };
  try {
    // Of what the library says before it has connected, it hears no signal.
    return await Promise.race([speak(), endOf(either)]);
  } catch (error) {
    known.prior = null;
    if (signal.aborted) throw signal.reason instanceof Problem ? signal.reason : new ClientGone();
    throw failureOf(refusal() ?? (ended.signal.aborted ? (ended.signal.reason as Error) : error), sdk);
  } finally {
    // The session, where there is one, ends with it; the caller does not wait for that.
    void transport.terminateSession().catch(() => undefined).then(() => transport.close()).catch(() => undefined);
  }
}

/** Never settles otherwise. */
function endOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = (): void => reject(signal.reason as Error);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}

function priorOf(client: McpClient): Prior | null {
  const discover = client.getDiscoverResult();
  return discover === undefined ? null : { kind: 'modern', discover };
}
