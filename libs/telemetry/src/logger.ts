import { pino, type DestinationStream, type Logger } from 'pino';
import { served } from './correlation.ts';

export type { Logger } from 'pino';

/** Names under which a secret could reach a log line by accident; their values are never written. */
const secretPaths = ['authorization', 'cookie', 'set-cookie', 'token', 'password', 'secret', 'client_secret', 'code', 'refresh_token', 'access_token', 'latchkey-identity'];
const redact = {
  paths: secretPaths.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
  censor: '[redacted]',
};

/** What a line is about, where it is written while a request is served; what the line itself says comes after, and wins. */
function correlation(): object {
  const about = served.getStore();
  if (about === undefined) return {};
  const { requestId, span } = about;
  return span === undefined ? { requestId } : { requestId, traceId: span.traceId };
}

/** A structured logger of one service: JSON lines, UTC times, no value under a name that could hold a secret. */
export function createLogger(service: string, level = 'info', destination?: DestinationStream): Logger {
  const options = { level, base: { service }, redact, mixin: correlation, timestamp: () => `,"time":"${new Date().toISOString()}"` };
  return destination === undefined ? pino(options) : pino(options, destination);
}
