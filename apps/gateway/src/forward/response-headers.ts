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

/** What is left of an upstream's headers for the caller. */
export function callerHeaders(from: IncomingHttpHeaders): Record<string, string | string[]> {
  const named = new Set([from.connection ?? []].flat().join(',').toLowerCase().split(',').map((name) => name.trim()));
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(from)) {
    if (value === undefined || dropped.has(name) || named.has(name) || droppedFamilies.test(name)) continue;
    // An absolute address would be one of the inside.
    if (name === 'location' && !(typeof value === 'string' && value.startsWith('/') && !value.startsWith('//'))) continue;
    kept[name] = value;
  }
  return kept;
}

export const isEventStream = (headers: IncomingHttpHeaders): boolean => /^text\/event-stream\b/i.test(headers['content-type'] ?? '');
export const isJson = (headers: IncomingHttpHeaders): boolean => /^application\/(?:[a-z0-9.+-]+\+)?json\b/i.test(headers['content-type'] ?? '');
