import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Names under which a secret could reach a log line by accident; their values are never written. */
const secretPaths = ['authorization', 'cookie', 'set-cookie', 'token', 'password', 'secret', 'client_secret', 'code', 'refresh_token', 'access_token', 'latchkey-identity'];
const redact = {
  paths: secretPaths.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]),
  censor: '[redacted]',
};

/** A structured logger of one service: JSON lines, UTC times, no value under a name that could hold a secret. */
export function createLogger(service: string, level = 'info', destination?: DestinationStream): Logger {
  const options = { level, base: { service }, redact, timestamp: () => `,"time":"${new Date().toISOString()}"` };
  return destination === undefined ? pino(options) : pino(options, destination);
}
