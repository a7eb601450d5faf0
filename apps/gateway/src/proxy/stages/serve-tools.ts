import type { ServerResponse } from 'node:http';
import { invariant, Problem, problemContentType, toProblemDocument } from '@latchkey/problem';
import type { InnerRequests } from '../../inner/inner-requests.ts';
import { Acquaintances } from '../../rest/acquaintances.ts';
import { callTool, listTools, type ToolCall, type ToolResult } from '../../rest/call-tool.ts';
import { noSuchTool } from '../../rest/no-such-tool.ts';
import { ProgressEvents } from '../../rest/progress-events.ts';
import type { watcher } from '../../streams/watch-stream.ts';
import { withToolClient } from '../../rest/tool-client.ts';
import type { ToolOperation } from '../../rest/tool-operation.ts';
import { toolView } from '../../rest/tool-view.ts';
import { toolsDocument } from '../../rest/tools-document.ts';
import { refusalOf } from '../refusal-of.ts';
import { ClientGone } from '../render-refusal.ts';
import type { Exchange, McpRoute } from '../exchange.ts';
import type { Stage, StageOutcome } from '../stage.ts';

export interface ServeToolsOptions {
  inner: InnerRequests;
  acquaintances: Acquaintances;
  gatewayUrl: string;
  issuer: string;
  times: { answerMs: number; keepAliveMs: number };
  /** Watches over a stream of progress, which may be silent for long while its credential dies */
  watch: ReturnType<typeof watcher>;
  /** Asked once more at the end of a stream, after `renew` */
  again: readonly Stage[];
  renew(exchange: Exchange): void;
}

function sendJson(exchange: Exchange, status: number, contentType: string, value: object): void {
  exchange.answer(status, { 'content-type': contentType, 'cache-control': 'no-store' }, Buffer.from(JSON.stringify(value)));
}

/** Who takes JSON gets JSON; events are for who asks for nothing else. */
const wantsEvents = ({ request }: Exchange): boolean => /\btext\/event-stream\b/i.test(request.headers.accept ?? '') && !/\bapplication\/json\b/i.test(request.headers.accept ?? '');

/** What the tool says, without what the protocol needs for itself. */
const answerOf = ({ content, structuredContent }: ToolResult): object => ({ content, ...(structuredContent === undefined ? {} : { structuredContent }) });

/** A tool that says that it failed has been called: its own words go to the caller, under a code of their own. */
function toolError(exchange: Exchange, result: ToolResult): object {
  const words = result.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
  exchange.refusal = { code: 'tool_error' };
  const problem = new Problem('tool_error', words === '' ? {} : { detail: words.slice(0, 4000) });
  return { ...toProblemDocument(problem, exchange.requestId, exchange.route?.template), result: answerOf(result) };
}

function untilGone(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  if (response.destroyed) gone.abort();
  return gone.signal;
}

/** Tools over REST: what is asked of the server for it is asked as an MCP client does, in the caller's name and past the same stages. */
export function serveTools({ inner, acquaintances, gatewayUrl, issuer, times, watch, again, renew }: ServeToolsOptions): Stage {
  const read = async (exchange: Exchange, route: McpRoute, operation: Exclude<ToolOperation, { kind: 'call' | 'none' }>, timeoutMs: number): Promise<void> => {
    const known = acquaintances.of(route.server, exchange);
    const tools = await withToolClient({ inner, exchange, route, signal: untilGone(exchange.response), known, timeoutMs }, (client, signal) => listTools(client, known, { signal, timeoutMs }));
    const json = (value: object): void => sendJson(exchange, 200, 'application/json', value);
    if (operation.kind === 'list') return json({ items: tools.map(toolView), nextCursor: null });
    if (operation.kind === 'describe') return json(toolsDocument({ server: route.server, tools, gatewayUrl, issuer }));
    const tool = tools.find(({ name }) => name === operation.tool);
    if (tool === undefined) throw noSuchTool();
    json(toolView(tool));
  };

  const call = (exchange: Exchange, route: McpRoute, toolCall: ToolCall, signal: AbortSignal): Promise<ToolResult> => {
    const known = acquaintances.of(route.server, exchange);
    return withToolClient({ inner, exchange, route, signal, known, timeoutMs: toolCall.timeoutMs }, (client, until) => callTool(client, known, toolCall, until));
  };

  /** What was allowed when a call began may not be any more. @throws Problem */
  const mayHear = async (exchange: Exchange): Promise<void> => {
    renew(exchange);
    for (const stage of again) await stage.run(exchange);
  };

  /** A call that was cut has its reason in the credential, or in the server. */
  const reasonOf = (exchange: Exchange, thrown: unknown): Promise<unknown> => mayHear(exchange).then(() => thrown, (refusal: unknown) => refusal);

  const answer = async (exchange: Exchange, route: McpRoute, toolCall: ToolCall): Promise<void> => {
    const result = await call(exchange, route, toolCall, untilGone(exchange.response)).catch(async (error: unknown) => {
      throw error instanceof Problem && error.code === 'upstream_unavailable' ? await reasonOf(exchange, error) : error;
    });
    if (result.isError === true) return sendJson(exchange, 422, problemContentType, toolError(exchange, result));
    sendJson(exchange, 200, 'application/json', answerOf(result));
  };

  const stream = async (exchange: Exchange, route: McpRoute, toolCall: ToolCall): Promise<void> => {
    const events = new ProgressEvents(exchange, times.keepAliveMs);
    const cut = new AbortController();
    const watched = watch(exchange, { cut: () => cut.abort(new Problem('upstream_unavailable', { detail: 'What the call was let in by has changed meanwhile.' })) });
    events.keepAlive();
    try {
      const until = AbortSignal.any([untilGone(exchange.response), cut.signal]);
      const result = await call(exchange, route, { ...toolCall, onProgress: (progress) => events.progress(progress) }, until);
      await mayHear(exchange);
      if (result.isError === true) events.send('error', toolError(exchange, result));
      else events.send('result', answerOf(result));
    } catch (thrown) {
      if (thrown instanceof ClientGone) throw thrown;
      const error = await reasonOf(exchange, thrown);
      if (!events.hasBegun) throw error;
      exchange.refusal = error instanceof Problem ? refusalOf(error) : { code: 'internal_error', cause: error };
      events.send('error', toProblemDocument(error, exchange.requestId, route.template));
    } finally {
      watched.forget();
      events.end();
    }
  };

  const serve = async (exchange: Exchange, route: McpRoute, operation: Exclude<ToolOperation, { kind: 'none' }>): Promise<StageOutcome> => {
    const timeoutMs = route.server.settings?.limits?.timeoutMs ?? times.answerMs;
    if (operation.kind === 'call') {
      const { message } = exchange;
      invariant(message?.kind === 'request', 'readMessage runs before');
      const body = message.params['arguments'] as Record<string, unknown>;
      await (wantsEvents(exchange) ? stream : answer)(exchange, route, { tool: operation.tool, body, text: message.body.toString('utf8'), timeoutMs, onProgress: null });
    } else await read(exchange, route, operation, timeoutMs);
    return 'answered';
  };

  return {
    name: 'serveTools',
    statuses: [200, 400, 401, 403, 404, 422, 429, 502, 503, 504],
    run(exchange) {
      const route = exchange.needRoute();
      if (route.kind !== 'mcp' || route.tools === undefined || route.tools.kind === 'none') return;
      return serve(exchange, route, route.tools);
    },
  };
}
