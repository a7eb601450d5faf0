import { ROOT_CONTEXT, SpanKind as Kind, SpanStatusCode, trace, type Attributes, type Context, type Span, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, envDetector, detectResources, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { asLinked, ofStranger, samplerOf } from './sampler.ts';
import { TellingExporter } from './telling-exporter.ts';
import { isSampled, readTraceparent, writeTraceparent } from './traceparent.ts';
import type { SpanAttributes, SpanKind, SpanOptions, TracedSpan, Tracing } from './tracing.ts';

const kinds: Record<SpanKind, Kind> = { server: Kind.SERVER, client: Kind.CLIENT, producer: Kind.PRODUCER, consumer: Kind.CONSUMER, internal: Kind.INTERNAL };

/** A collector that is away must not hold up the end of a service for longer. */
const stopMs = 3_000;

/** No value of ours is longer; what a mistake would let in is cut. */
const spanLimits = { attributeValueLengthLimit: 256, attributeCountLimit: 32, linkCountLimit: 4 };

const numberOf = (text: string | undefined): number | undefined => {
  const value = Number(text?.trim() || NaN);
  return Number.isInteger(value) && value > 0 ? value : undefined;
};

/** Traces by OpenTelemetry's SDK, in batches and off the path of requests; what a collector does not take is lost, never waited for. */
export class SdkTracing implements Tracing {
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;

  constructor(service: string, logger: Logger, source: Record<string, string | undefined>) {
    const name = source['OTEL_SERVICE_NAME']?.trim() || `latchkey-${service}`;
    const queue = numberOf(source['OTEL_BSP_MAX_QUEUE_SIZE']) ?? 2048;
    this.provider = new TracerProvider({
      resource: defaultResource().merge(detectResources({ detectors: [envDetector] })).merge(resourceFromAttributes({ 'service.name': name, 'service.namespace': 'latchkey' })),
      sampler: samplerOf(source),
      spanLimits,
      spanProcessors: [
        new BatchSpanProcessor({
          // Address, headers, certificates and time limit come from OTEL_EXPORTER_OTLP_*, which the exporter reads itself.
          exporter: new TellingExporter(new OTLPTraceExporter(), logger),
          maxQueueSize: queue,
          maxExportBatchSize: Math.min(queue, numberOf(source['OTEL_BSP_MAX_EXPORT_BATCH_SIZE']) ?? 512),
          scheduledDelayMillis: numberOf(source['OTEL_BSP_SCHEDULE_DELAY']) ?? 5000,
          exportTimeoutMillis: numberOf(source['OTEL_BSP_EXPORT_TIMEOUT']) ?? 30_000,
        }),
      ],
    });
    this.tracer = this.provider.getTracer('latchkey');
  }

  span(name: string, { parent, stranger = false, link, ...rest }: SpanOptions): TracedSpan {
    const cause = readTraceparent(parent);
    const linked = readTraceparent(link);
    let context: Context = cause === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, cause);
    if (stranger) context = context.setValue(ofStranger, true);
    if (linked !== undefined && isSampled(linked)) context = context.setValue(asLinked, true);
    return SdkSpan.begin(this.tracer, name, context, rest, linked === undefined ? [] : [{ context: linked }]);
  }

  async stop(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => { timer = setTimeout(resolve, stopMs); });
    await Promise.race([this.provider.shutdown().catch(() => undefined), late]);
    clearTimeout(timer);
  }
}

class SdkSpan implements TracedSpan {
  readonly traceparent: string;
  readonly recorded: boolean;

  private constructor(
    private readonly tracer: Tracer,
    private readonly span: Span,
  ) {
    this.traceparent = writeTraceparent(span.spanContext());
    this.recorded = span.isRecording();
  }

  static begin(tracer: Tracer, name: string, context: Context, { kind, startedAtMs, attributes }: Pick<SpanOptions, 'kind' | 'startedAtMs' | 'attributes'>, links: { context: ReturnType<Span['spanContext']> }[] = []): SdkSpan {
    const span = tracer.startSpan(name, { kind: kinds[kind], links, ...(startedAtMs === undefined ? {} : { startTime: startedAtMs }), ...(attributes === undefined ? {} : { attributes: attributes as Attributes }) }, context);
    return new SdkSpan(tracer, span);
  }

  get traceId(): string {
    return this.span.spanContext().traceId;
  }

  rename(name: string): void {
    this.span.updateName(name);
  }

  set(attributes: SpanAttributes): void {
    this.span.setAttributes(attributes as Attributes);
  }

  child(name: string, options: Pick<SpanOptions, 'kind' | 'startedAtMs' | 'attributes'>): TracedSpan {
    return SdkSpan.begin(this.tracer, name, trace.setSpan(ROOT_CONTEXT, this.span), options);
  }

  end(failed = false): void {
    // Without words: those of an error may hold anything.
    if (failed) this.span.setStatus({ code: SpanStatusCode.ERROR });
    this.span.end();
  }
}
