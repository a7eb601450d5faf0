import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CollectedSpan {
  service: string;
  name: string;
  /** `server`, `client`, `producer`, `consumer` or `internal` */
  kind: string;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  attributes: Record<string, string | number | boolean>;
  links: { traceId: string; spanId: string }[];
  failed: boolean;
}

export interface TestCollector {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT */
  url: string;
  spans: CollectedSpan[];
  /** All that arrived, as it arrived */
  text(): string;
  /** Answers what comes with this status; 200 at first. */
  status: number;
  close(): Promise<void>;
}

interface Value { stringValue?: string; intValue?: number | string; boolValue?: boolean }
interface WireSpan {
  name: string; kind: number; traceId: string; spanId: string; parentSpanId?: string;
  attributes: { key: string; value: Value }[]; links: { traceId: string; spanId: string }[]; status: { code?: number };
}
interface Export { resourceSpans: { resource: { attributes: { key: string; value: Value }[] }; scopeSpans: { spans: WireSpan[] }[] }[] }

const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const valueOf = ({ stringValue, intValue, boolValue }: Value): string | number | boolean => stringValue ?? (intValue === undefined ? (boolValue ?? '') : Number(intValue));
const attributesOf = (list: { key: string; value: Value }[]) => Object.fromEntries(list.map(({ key, value }) => [key, valueOf(value)]));

function spansOf({ resourceSpans }: Export): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        service: String(attributesOf(resource.attributes)['service.name']), name: span.name, kind: kinds[span.kind] ?? '', traceId: span.traceId, spanId: span.spanId,
        parentSpanId: span.parentSpanId, attributes: attributesOf(span.attributes), links: span.links.map(({ traceId, spanId }) => ({ traceId, spanId })), failed: span.status.code === 2,
      })),
    ),
  );
}

/** Takes traces as a collector of OpenTelemetry does: OTLP over HTTP, in JSON. */
export async function startCollector(): Promise<TestCollector> {
  const received: string[] = [];
  const spans: CollectedSpan[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method !== 'POST' || request.url !== '/v1/traces') return void response.writeHead(404).end();
      if (collector.status === 200) {
        const text = Buffer.concat(chunks).toString('utf8');
        received.push(text);
        spans.push(...spansOf(JSON.parse(text) as Export));
      }
      response.writeHead(collector.status, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const collector: TestCollector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    status: 200,
    text: () => received.join('\n'),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return collector;
}
