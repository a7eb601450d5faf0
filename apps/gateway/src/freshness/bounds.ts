import type { Exchange } from '../proxy/exchange.ts';

export interface Bounds {
  readMs: number;
  writeMs: number;
}

/** MCP methods that change nothing; whatever is not known to be one of them gets the stricter bound. */
const reads =
  /^(?:ping|initialize|server\/discover|completion\/complete|subscriptions\/listen|logging\/setLevel|notifications\/.+|[a-z]+(?:\/[a-z]+)*\/(?:list|get|read|subscribe|unsubscribe))$/;

/** The bound that this request is under. The method that counts is the one in the body, which was judged, and no header. */
export function boundOf({ route, message, method }: Exchange, { readMs, writeMs }: Bounds): number {
  if (route?.kind === 'manage') return method === 'GET' || method === 'HEAD' ? readMs : writeMs;
  if (message === undefined || message.kind === 'response') return readMs;
  return reads.test(message.method) ? readMs : writeMs;
}
