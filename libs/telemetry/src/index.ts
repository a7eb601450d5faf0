export { currentSpan, served, type Correlation } from './correlation.ts';
export { createLogger, type Logger } from './logger.ts';
export { isTraced, startTracing } from './tracing/start-tracing.ts';
export { isTraceparent } from './tracing/traceparent.ts';
export type { SpanAttributes, SpanKind, SpanOptions, TracedSpan, Tracing } from './tracing/tracing.ts';
