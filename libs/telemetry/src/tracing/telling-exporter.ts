import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';

/** Whose errors are told apart by their name and code alone: their words may name headers, and those may be secret. */
const reasonOf = (error: Error | undefined): string => String((error as NodeJS.ErrnoException | undefined)?.code ?? error?.name ?? 'unknown');

/** Says once that a collector takes no traces, and once that it does again. */
export class TellingExporter implements SpanExporter {
  private failing = false;

  constructor(
    private readonly inner: SpanExporter,
    private readonly logger: Logger,
  ) {}

  export(...[spans, done]: Parameters<SpanExporter['export']>): void {
    this.inner.export(spans, (result) => {
      const failed = result.code !== 0;
      if (failed && !this.failing) this.logger.warn({ reason: reasonOf(result.error), spans: spans.length }, 'traces cannot be sent; those of this time are lost');
      else if (!failed && this.failing) this.logger.info('traces are sent again');
      this.failing = failed;
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.inner.shutdown();
  }

  forceFlush(): Promise<void> {
    return this.inner.forceFlush?.() ?? Promise.resolve();
  }
}
