import type { SpanContext } from '@opentelemetry/api';

const shape = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
const sampledFlag = 1;

/**
 * Reads a `traceparent` (W3C Trace Context section 3.2). Whoever sent it may be anybody, so what is not exactly one is none.
 * @param value  of the header or the member as received
 */
export function readTraceparent(value: unknown): SpanContext | undefined {
  if (typeof value !== 'string' || value.length > 256) return undefined;
  const [, version, traceId = '', spanId = '', flags = ''] = shape.exec(value) ?? [];
  // Later versions may add members at the end; the first has none.
  if (version === undefined || version === 'ff' || (version === '00' && value.length !== 55)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & sampledFlag, isRemote: true };
}

export const isTraceparent = (value: unknown): boolean => readTraceparent(value) !== undefined;

export const writeTraceparent = ({ traceId, spanId, traceFlags }: SpanContext): string => `00-${traceId}-${spanId}-0${traceFlags & sampledFlag}`;

export const isSampled = ({ traceFlags }: SpanContext): boolean => (traceFlags & sampledFlag) === sampledFlag;
