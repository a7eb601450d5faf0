import type { Logger } from 'pino';
import type { Tracing } from './tracing.ts';

type Source = Record<string, string | undefined>;

const isSet = (value: string | undefined): boolean => value !== undefined && value.trim() !== '';

/** Only where somebody has said where traces go, and has not said that there are to be none. */
export function isTraced(source: Source): boolean {
  if (source['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true' || source['OTEL_TRACES_EXPORTER']?.trim() === 'none') return false;
  return isSet(source['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) || isSet(source['OTEL_EXPORTER_OTLP_ENDPOINT']);
}

/**
 * Traces of one service, by the standard variables of OpenTelemetry. Without an endpoint there are none, and nothing of the SDK is loaded.
 * @param service  `gateway`; it is called `latchkey-gateway` there unless OTEL_SERVICE_NAME says otherwise
 */
export async function startTracing(service: string, logger: Logger, source: Source = process.env): Promise<Tracing | undefined> {
  if (!isTraced(source)) return undefined;
  const { SdkTracing } = await import('./sdk-tracing.ts');
  logger.info('traces are sent');
  return new SdkTracing(service, logger, source);
}
