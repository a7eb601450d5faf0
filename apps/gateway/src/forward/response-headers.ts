import type { IncomingHttpHeaders } from 'node:http';

/**
 * Headers of an upstream that never reach the caller: of the connection (RFC 9110 section 7.6.1), of the upstream's own login (GW-83), what
 * we say ourselves, and what would make a browser keep something about our host on the word of another.
 */
const dropped = new Set([
  'connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade',
  'proxy-authenticate', 'www-authenticate', 'set-cookie',
  'cache-control', 'expires', 'pragma', 'age', 'vary', 'x-request-id', 'mcp-session-id', 'x-accel-buffering',
  'strict-transport-security', 'alt-svc', 'clear-site-data', 'public-key-pins', 'report-to', 'nel', 'link', 'refresh',
  'server', 'x-powered-by', 'via', 'date',
]);
const droppedFamilies = /^(?:access-control-|latchkey-|x-latchkey-|ratelimit|x-ratelimit-|proxy-)/;

/** What the upstream calls of its connection alone; usually nothing but the connection's own fate. */
function namedBy(connection: IncomingHttpHeaders['connection']): ReadonlySet<string> | null {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return null;
  return new Set(String(connection).toLowerCase().split(',').map((name) => name.trim()));
}

/**
 * Adds what is left of an upstream's headers for the caller to `told`, names and values in turn. What was told already stays as it is.
 * Hot path: no object is made for it.
 * @param withLength  whether the body goes on as it is
 */
export function keepHeaders(told: (string | string[])[], from: IncomingHttpHeaders, withLength: boolean): void {
  const named = namedBy(from.connection);
  const ours = told.length;
  for (const name in from) {
    const value = from[name];
    if (value === undefined || dropped.has(name) || named?.has(name) === true || droppedFamilies.test(name)) continue;
    if (name === 'content-length' && !withLength) continue;
    // An absolute address would be one of the inside.
    if (name === 'location' && !(typeof value === 'string' && value.startsWith('/') && !value.startsWith('//'))) continue;
    if (isTold(told, ours, name)) continue;
    told.push(name, value);
  }
}

function isTold(told: readonly (string | string[])[], end: number, name: string): boolean {
  for (let at = 0; at < end; at += 2) if (told[at] === name) return true;
  return false;
}

export const isEventStream = ({ 'content-type': type = '' }: IncomingHttpHeaders): boolean => type !== 'application/json' && /^text\/event-stream\b/i.test(type);
export const isJson = ({ 'content-type': type = '' }: IncomingHttpHeaders): boolean => type === 'application/json' || /^application\/(?:[a-z0-9.+-]+\+)?json\b/i.test(type);
