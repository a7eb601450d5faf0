import { isTraceparent, type SpanAttributes, type TracedSpan, type Tracing } from '@latchkey/telemetry';
import { calledTool } from '../message/called-tool.ts';
import { dropHeader, setHeader, type HeaderList } from '../forward/header-list.ts';
import type { CallNames } from '../metrics/call-names.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { knownMethod, knownRpc } from './span-names.ts';

/**
 * The span of each request, and one for each time that it is sent on. They are made when they are first needed and begin when the request
 * did, so that a gateway without traces has nothing to skip but these calls.
 */
export class RequestTraces {
  private readonly spans = new WeakMap<Exchange, TracedSpan>();

  constructor(
    private readonly tracing: Tracing,
    private readonly names: CallNames,
  ) {}

  of(exchange: Exchange): TracedSpan {
    let span = this.spans.get(exchange);
    if (span === undefined) {
      // The caller's trace goes on here; whether it is recorded is ours to say (docs/observability.md).
      span = this.tracing.span(knownMethod(exchange.method), { kind: 'server', parent: parentOf(exchange), stranger: true, startedAtMs: exchange.startedAtMs });
      this.spans.set(exchange, span);
    }
    return span;
  }

  /** A request that we make in a caller's name is a part of theirs. */
  join(inner: Exchange, outer: Exchange): void {
    this.spans.set(inner, this.of(outer));
  }

  /** Begins what is asked of an upstream, and tells it so in the `headers` that go there (GW-81). */
  ask(exchange: Exchange, headers: HeaderList): TracedSpan {
    const span = this.of(exchange).child(this.nameOf(exchange), { kind: 'client', attributes: this.about(exchange) });
    setHeader(headers, 'traceparent', span.traceparent);
    // What another system noted of a trace is about the one that it began, and nobody else's.
    if (!isTraceparent(parentOf(exchange))) dropHeader(headers, 'tracestate');
    return span;
  }

  end(exchange: Exchange, status: number): void {
    const span = this.of(exchange);
    span.rename(this.nameOf(exchange));
    span.set({ ...this.about(exchange), 'http.response.status_code': status, ...(exchange.refusal === undefined ? {} : { 'latchkey.refusal': exchange.refusal.code }) });
    span.end(status >= 500);
  }

  private nameOf(exchange: Exchange): string {
    const { message, route } = exchange;
    if (route?.kind === 'mcp' && message !== undefined && message.kind !== 'response') return [knownRpc(message.method), this.toolOf(exchange) ?? []].flat().join(' ');
    return `${knownMethod(exchange.method)} ${route?.template ?? ''}`.trimEnd();
  }

  private about(exchange: Exchange): SpanAttributes {
    const { message, route, requestId } = exchange;
    const tool = this.toolOf(exchange);
    return {
      'http.request.method': knownMethod(exchange.method),
      'latchkey.request.id': requestId,
      ...(route === undefined ? {} : { 'http.route': route.template }),
      ...(route?.kind === 'mcp' ? { 'latchkey.server': route.server.slug, 'latchkey.door': route.door ?? 'mcp' } : {}),
      ...(message === undefined || message.kind === 'response' ? {} : { 'mcp.method.name': knownRpc(message.method) }),
      ...(tool === undefined ? {} : { 'gen_ai.tool.name': tool }),
    };
  }

  /** As in the metrics: names that callers make up are `other`, and a call that went no further has none. */
  private toolOf(exchange: Exchange): string | undefined {
    const { route, upstream } = exchange;
    const called = upstream === undefined ? undefined : calledTool(exchange);
    return called === undefined || route?.kind !== 'mcp' ? undefined : this.names.tool(route.server, called);
  }
}

/** In the header, or, as MCP has it too, in `_meta` of the message. */
function parentOf({ request, message }: Exchange): unknown {
  const { traceparent } = request.headers;
  if (traceparent !== undefined || message === undefined || message.kind === 'response') return traceparent;
  return message.meta?.['traceparent'];
}
