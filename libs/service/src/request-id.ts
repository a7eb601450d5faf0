import { randomUUID } from 'node:crypto';
import { requestHeaders } from '@latchkey/contracts';
import type { IncomingHttpHeaders } from 'node:http';

/** The caller's request id where it is short and harmless in a log line, else a fresh one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers[requestHeaders.requestId];
  return typeof given === 'string' && /^[A-Za-z0-9._-]{1,128}$/.test(given) ? given : randomUUID();
}
