import { randomFillSync } from 'node:crypto';
import { requestHeaders } from '@latchkey/contracts';
import type { IncomingHttpHeaders } from 'node:http';

const idBytes = 16;
const drawn = Buffer.alloc(512 * idBytes);
let used = drawn.length;

/** Hot path: chance is drawn for many at once, and each is one piece of text. */
function freshId(): string {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += idBytes;
  return drawn.toString('hex', used - idBytes, used);
}

/** The caller's request id where it is short and harmless in a log line, else a fresh one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const given = headers[requestHeaders.requestId];
  return typeof given === 'string' && /^[A-Za-z0-9._-]{1,128}$/.test(given) ? given : freshId();
}
