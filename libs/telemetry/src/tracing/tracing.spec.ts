import { eventually, startCollector, type TestCollector } from '@latchkey/testing';
import { createLogger } from '../logger.ts';
import { served } from '../correlation.ts';
import { isTraced, startTracing } from './start-tracing.ts';

const stranger = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('tracing', () => {
  let collector: TestCollector;
  const lines: string[] = [];
  const logger = createLogger('probe', 'info', { write: (line) => void lines.push(line) });
  const before = { ...process.env };
  beforeAll(async () => {
    collector = await startCollector();
    // The exporter reads its own variables from the process.
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = collector.url;
  });
  afterAll(async () => {
    process.env = before;
    await collector.close();
  });
  const start = async (env: Record<string, string> = {}) => (await startTracing('probe', logger, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env }))!;

  it.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c' }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/v1/traces' }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_SDK_DISABLED: 'TRUE' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c', OTEL_TRACES_EXPORTER: 'none' }, false],
  ])('with %j is on: %s', async (source, on) => {
    expect(isTraced(source)).toBe(on);
    if (!on) expect(await startTracing('probe', logger, source)).toBeUndefined();
  });

  it('sends spans with parents, children, links and nothing long', async () => {
    const tracing = await start();
    const span = tracing.span('asked', { kind: 'server', parent: stranger, stranger: true, startedAtMs: performance.now() - 5 });
    const part = span.child('asks', { kind: 'client' });
    const told = tracing.span('told', { kind: 'consumer', link: part.traceparent });
    span.set({ 'latchkey.server': 'x'.repeat(1000), 'http.response.status_code': 503 });
    part.end();
    told.end();
    span.rename('was asked');
    span.end(true);
    await tracing.stop();
    const [asks, second, first] = collector.spans.splice(0);
    expect(first).toMatchObject({ service: 'latchkey-probe', name: 'was asked', kind: 'server', traceId: stranger.split('-')[1], parentSpanId: stranger.split('-')[2], failed: true, attributes: { 'http.response.status_code': 503, 'latchkey.server': 'x'.repeat(256) } });
    expect(asks).toMatchObject({ name: 'asks', kind: 'client', traceId: first!.traceId, parentSpanId: first!.spanId, failed: false });
    expect(part.traceparent).toBe(`00-${asks!.traceId}-${asks!.spanId}-01`);
    expect(second).toMatchObject({ kind: 'consumer', links: [{ traceId: asks!.traceId, spanId: asks!.spanId }] });
    expect(second!.traceId).not.toBe(first!.traceId);
  });

  it('does not record because a stranger says so, and joins their trace all the same', async () => {
    const tracing = await start({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
    const span = tracing.span('asked', { kind: 'server', parent: stranger, stranger: true });
    expect([span.recorded, span.traceId, span.traceparent.endsWith('-00')]).toEqual([false, stranger.split('-')[1], true]);
    const own = tracing.span('asked', { kind: 'server', parent: stranger });
    expect(own.recorded).toBe(true);
    const told = tracing.span('told', { kind: 'consumer', link: own.traceparent });
    expect(told.recorded).toBe(true);
    for (const one of [span, own, told]) one.end();
    await tracing.stop();
    expect(collector.spans.splice(0).map(({ name }) => name)).toEqual(['asked', 'told']);
  });

  it('records a part of what strangers ask, whichever id they choose', async () => {
    const tracing = await start({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' });
    const recorded = Array.from({ length: 400 }, () => tracing.span('asked', { kind: 'server', parent: stranger, stranger: true }).recorded);
    // Each has even chances: all of 400 alike would be one in 2^399.
    expect(new Set(recorded)).toEqual(new Set([true, false]));
    await tracing.stop();
  });

  it('says once that a collector takes nothing, and once that it does again', async () => {
    lines.splice(0);
    const tracing = await start({ OTEL_BSP_SCHEDULE_DELAY: '10' });
    collector.status = 400;
    const sent = (): void => tracing.span('x', { kind: 'internal' }).end();
    sent();
    await eventually(() => expect(lines.filter((line) => line.includes('cannot be sent'))).toHaveLength(1));
    collector.status = 200;
    await eventually(() => {
      sent();
      expect(lines.filter((line) => line.includes('sent again'))).toHaveLength(1);
    });
    await tracing.stop();
    expect(lines.filter((line) => line.includes('cannot be sent'))).toHaveLength(1);
    collector.spans.splice(0);
  });

  it('names request and trace in every line that is written while a request is served', async () => {
    const tracing = await start();
    const span = tracing.span('asked', { kind: 'server' });
    lines.splice(0);
    served.run({ requestId: 'req-1', span }, () => logger.info({ port: 1 }, 'deep inside'));
    served.run({ requestId: 'req-2' }, () => logger.info({ requestId: 'its own' }, 'deep inside'));
    logger.info('outside');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([{ requestId: 'req-1', traceId: span.traceId, port: 1 }, { requestId: 'its own' }, {}]);
    expect(lines[2]).not.toContain('requestId');
    span.end();
    await tracing.stop();
  });
});
