import { identityHeader } from '@latchkey/contracts';
import type { TracedSpan, Tracing } from '@latchkey/telemetry';
import type { IncomingMessage, ServerResponse } from 'node:http';

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export interface RequestSpanOptions {
  tracing: Tracing;
  /** Template of the route, once the answer is given */
  routeOf: (request: IncomingMessage) => string;
}

/**
 * Begins the span of a request, which ends with its answer. What the gateway sends on is recorded as the gateway says; of whoever comes
 * by another way the trace is joined, and what is recorded is decided here. Who makes up an assertion to be recorded gains a refusal in a trace.
 */
export function beginRequestSpan({ tracing, routeOf }: RequestSpanOptions, request: IncomingMessage, response: ServerResponse, requestId: string): TracedSpan {
  const method = methods.has(request.method ?? '') ? String(request.method) : 'OTHER';
  const stranger = request.headers[identityHeader] === undefined;
  const span = tracing.span(method, { kind: 'server', parent: request.headers['traceparent'], stranger, attributes: { 'http.request.method': method, 'latchkey.request.id': requestId } });
  // Not `once`: see HttpMetrics.
  response.on('close', () => {
    const route = routeOf(request);
    const status = response.writableFinished ? response.statusCode : 499;
    span.rename(`${method} ${route}`);
    span.set({ 'http.route': route, 'http.response.status_code': status });
    span.end(status >= 500);
  });
  return span;
}
