import { isAuthz, type Exchange } from '../proxy/exchange.ts';

export interface Bounds {
  readMs: number;
  writeMs: number;
}

/** MCP methods that change nothing; whatever is not known to be one of them gets the stricter bound. */
const reads =
  /^(?:ping|initialize|server\/discover|completion\/complete|subscriptions\/listen|logging\/setLevel|notifications\/.+|[a-z]+(?:\/[a-z]+)*\/(?:list|get|read|subscribe|unsubscribe))$/;

/** Whether a request may change something. The method that counts is the one in the body, which was judged, and no header. */
export function mayChange({ route, message, method }: Exchange): boolean {
  // What somebody is let through to may change anything.
  if (route !== undefined && isAuthz(route)) return true;
  if (route?.kind === 'manage') return method !== 'GET' && method !== 'HEAD';
  if (message === undefined || message.kind === 'response') return false;
  // Hot path: it is what most messages are.
  return message.method === 'tools/call' || !reads.test(message.method);
}

/** The bound that this request is under. */
export const boundOf = (exchange: Exchange, { readMs, writeMs }: Bounds): number => (mayChange(exchange) ? writeMs : readMs);
