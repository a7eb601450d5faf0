import type { ServerRecord } from '@latchkey/contracts';
import { createLogger, startTracing, type Tracing } from '@latchkey/telemetry';
import { startCollector, verifies, type TestCollector } from '@latchkey/testing';
import { CallNames } from '../metrics/call-names.ts';
import type { Exchange } from '../proxy/exchange.ts';
import { RequestTraces } from './request-traces.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const clients = `00-${traceId}-00f067aa0ba902b7-01`;
const server: ServerRecord = { kind: 'server', id: 's', slug: 'demo', org: 'acme', project: 'main', folder: null, name: 'Demo', url: 'http://upstream.test/', deletedAt: null };

interface Given {
  headers?: Record<string, string>;
  method?: string;
  rpc?: string;
  params?: Record<string, unknown>;
  meta?: Record<string, unknown>;
  sent?: boolean;
}

function exchangeOf({ headers = {}, method = 'POST', rpc = 'tools/call', params = { name: 'add', arguments: { a: 'an argument' } }, meta, sent = true }: Given = {}): Exchange {
  return {
    request: { headers, method }, method, requestId: 'req-1', startedAtMs: performance.now(), route: { kind: 'mcp', server, template: '/mcp/demo' },
    message: { kind: 'request', id: 1, method: rpc, params, meta: meta ?? null, era: 'modern' }, upstream: sent ? {} : undefined,
  } as unknown as Exchange;
}

describe('RequestTraces', () => {
  let collector: TestCollector;
  let tracing: Tracing;
  let traces: RequestTraces;
  const before = { ...process.env };
  beforeEach(async () => {
    collector = await startCollector();
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.url;
    tracing = (await startTracing('gateway', createLogger('gateway', 'silent')))!;
    traces = new RequestTraces(tracing, new CallNames());
  });
  afterEach(async () => {
    process.env = { ...before };
    await collector.close();
  });

  verifies('GW-81', 'tells the upstream of a part of the caller’s own trace', async () => {
    const exchange = exchangeOf({ headers: { traceparent: clients } });
    const headers = ['traceparent', clients, 'tracestate', 'vendor=its-own'];
    traces.ask(exchange, headers).end();
    traces.end(exchange, 200);
    await tracing.stop();
    const [asked, served] = collector.spans;
    expect(served).toMatchObject({ name: 'tools/call add', kind: 'server', traceId, parentSpanId: '00f067aa0ba902b7', attributes: { 'gen_ai.tool.name': 'add', 'latchkey.server': 'demo', 'http.response.status_code': 200 } });
    expect(asked).toMatchObject({ kind: 'client', traceId, parentSpanId: served!.spanId });
    expect(headers).toEqual(['traceparent', `00-${traceId}-${asked!.spanId}-01`, 'tracestate', 'vendor=its-own']);
    expect(collector.text()).not.toMatch(/an argument|its-own/);
  });

  it('takes the trace from the message where the header names none, and from nothing that is none', async () => {
    const inMessage = exchangeOf({ meta: { traceparent: clients } });
    const forged = exchangeOf({ headers: { traceparent: `${clients}, ${clients}` }, meta: { traceparent: clients } });
    expect([inMessage, forged].map((exchange) => traces.of(exchange).traceId === traceId)).toEqual([true, false]);
    const headers = ['tracestate', 'vendor=of-nothing'];
    traces.ask(forged, headers);
    expect(headers).not.toContain('tracestate');
    await tracing.stop();
  });

  it('has no name that a caller made up, and none of what went no further', async () => {
    for (const given of [{ rpc: 'x/"evil"', params: {} }, { method: 'EVIL' }, { params: { name: 'lk_pat_evil0123_evil' } }, { params: { name: 'evil' }, sent: false }]) traces.end(exchangeOf(given), 404);
    await tracing.stop();
    expect(collector.spans.map(({ name }) => name)).toEqual(['other', 'tools/call add', 'tools/call other', 'tools/call']);
    expect(collector.text().toLowerCase()).not.toContain('evil');
  });

  it('makes what is asked in a caller’s name a part of their request', async () => {
    const outer = exchangeOf({ headers: { traceparent: clients } });
    const inner = exchangeOf();
    traces.join(inner, outer);
    traces.ask(inner, []).end();
    traces.end(outer, 503);
    await tracing.stop();
    const [asked, served] = collector.spans;
    expect(collector.spans).toHaveLength(2);
    expect(asked?.parentSpanId).toBe(served?.spanId);
    expect(served?.failed).toBe(true);
  });
});
