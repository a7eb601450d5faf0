import { randomBytes } from 'node:crypto';
import { eventually, type CollectedSpan } from '@latchkey/testing';
import { rawMcp } from '../clients/raw-mcp.ts';
import type { Everything } from '../everything/start.ts';
import { manage, type TracedSystem } from '../harness/system.ts';
import { mintPat, resourceAt, type Pat } from './pat-journey.ts';

interface ClientSpan {
  traceId: string;
  spanId: string;
  traceparent: string;
}

/** What a client that traces puts in front of its request. */
function clientSpan(): ClientSpan {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-01` };
}

const inTrace = ({ traces }: TracedSystem, traceId: string): CollectedSpan[] => traces.spans.filter((span) => span.traceId === traceId);

const one = (spans: readonly CollectedSpan[], service: string, kind: string, parentSpanId: string): CollectedSpan => {
  const found = spans.filter((span) => span.service === service && span.kind === kind && span.parentSpanId === parentSpanId);
  expect(found.map(({ name }) => name)).toHaveLength(1);
  return found[0]!;
};

/** Client, gateway and upstream are one trace, each a part of the one before. */
export async function expectCallTraced(system: TracedSystem, slug: string, upstream: Everything, { token }: Pat): Promise<void> {
  const client = clientSpan();
  const before = upstream.seen.length;
  const params = { name: 'test_simple_text', arguments: { said: 'an argument of the call' } };
  await rawMcp({ url: resourceAt(system.gatewayUrl, slug), token, params, headers: { traceparent: client.traceparent, tracestate: 'vendor=its-own', baggage: 'user=somebody' } });
  const [seen] = upstream.seen.slice(before);
  await eventually(() => {
    const spans = inTrace(system, client.traceId);
    const served = one(spans, 'latchkey-gateway', 'server', client.spanId);
    const asked = one(spans, 'latchkey-gateway', 'client', served.spanId);
    expect(served.attributes).toMatchObject({ 'http.route': `/mcp/${slug}`, 'latchkey.server': slug, 'mcp.method.name': 'tools/call', 'http.response.status_code': 200 });
    expect(seen?.headers).toMatchObject({ traceparent: `00-${client.traceId}-${asked.spanId}-01`, tracestate: 'vendor=its-own' });
  });
  expect(seen?.headers).not.toHaveProperty('baggage');
  expect(system.traces.text()).not.toContain('an argument of the call');
}

/** From whoever revokes through the gateway and the key service to every gateway that hears of it. */
export async function expectRevocationTraced(system: TracedSystem): Promise<void> {
  const grant = await manage(system, 'keys:write');
  const pat = await mintPat(system, grant, 'revoked in a trace');
  const client = clientSpan();
  const { status } = await fetch(`${system.gatewayUrl}/v1/pats/${pat.id}`, { method: 'DELETE', headers: { authorization: `Bearer ${grant.access}`, traceparent: client.traceparent } });
  expect(status).toBe(200);
  await eventually(() => {
    const spans = inTrace(system, client.traceId);
    const through = one(spans, 'latchkey-gateway', 'server', client.spanId);
    const asked = one(spans, 'latchkey-gateway', 'client', through.spanId);
    const served = one(spans, 'latchkey-keys', 'server', asked.spanId);
    expect(served).toMatchObject({ name: 'DELETE /v1/pats/:id', attributes: { 'http.route': '/v1/pats/:id', 'http.response.status_code': 200 } });
    expect(spans.filter(({ parentSpanId, attributes }) => parentSpanId === served.spanId && attributes['db.system.name'] === 'postgresql').length).toBeGreaterThan(0);
    const published = one(spans, 'latchkey-keys', 'producer', served.spanId);
    expect(published).toMatchObject({ name: 'publish pat', attributes: { 'messaging.destination.name': 'FEED_KEYS' } });
    const applied = system.traces.spans.filter(({ kind, links }) => kind === 'consumer' && links.some(({ traceId, spanId }) => traceId === client.traceId && spanId === published.spanId));
    expect(applied.map(({ service, name }) => `${service} ${name}`)).toEqual(system.gateways.map(() => 'latchkey-gateway apply pat'));
  });
}
