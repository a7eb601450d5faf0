import type { IncomingMessage } from 'node:http';

const tokenPath = /^(\/mcp\/[a-z0-9-]{1,63})\/([^/?]+)(?=\?|$)/;
/** Documents of a server, which stand where a token would. */
const documents = new Set(['server-card']);

/**
 * Takes the token out of a URL that has one (`/mcp/{server}/{token}`). From then on the request is one for the server, and no part of us that
 * looks at its URL can pass the token on.
 * @returns undefined where there is none
 */
export function takeUrlToken(request: IncomingMessage): string | undefined {
  const [taken, server, token] = tokenPath.exec(request.url ?? '') ?? [];
  if (taken === undefined || server === undefined || token === undefined || documents.has(token)) return undefined;
  request.url = server + (request.url ?? '').slice(taken.length);
  return token;
}
