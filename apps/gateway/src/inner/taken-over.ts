import { requestHeaders } from '@latchkey/contracts';
import type { Exchange } from '../proxy/exchange.ts';

/** The id is passed on anyway; a name for repetitions is of one request and would be of several. */
const notTaken: ReadonlySet<string> = new Set([requestHeaders.requestId, requestHeaders.idempotencyKey]);
const taken = [...Object.values(requestHeaders), 'traceparent', 'tracestate'].filter((name) => !notTaken.has(name));

/** What a caller says about how its request is to be served, whatever it becomes on the way. */
export function takenOverFrom({ request }: Exchange): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of taken) {
    const value = request.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  return headers;
}
