import type { IncomingMessage } from 'node:http';
import { Problem } from '@latchkey/problem';

const malformed = (detail: string): Problem => new Problem('invalid_request', { detail, error: 'invalid_request' });

function countAuthorization(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at];
    if (name?.length === 13 && name.toLowerCase() === 'authorization') count += 1;
  }
  return count;
}

/** Whether the query carries a token under any spelling of the name; such a URL has been logged somewhere already. */
function queryHasToken(url: string): boolean {
  const at = url.indexOf('?');
  return at !== -1 && new URLSearchParams(url.slice(at + 1)).has('access_token');
}

/** A token as it was presented: `dpop` promises a proof of the key that the token is bound to (RFC 9449 section 7.1). */
export interface Presented {
  scheme: 'bearer' | 'dpop';
  token: string;
}

/**
 * The token of a request (RFC 6750 section 2.1, RFC 9449 section 7.1), from one `Authorization` header and from nowhere else (GW-20).
 * @returns null without a credential, or with one of a scheme that is not spoken here (RFC 6750 section 3.1 treats both alike)
 * @throws Problem `invalid_request` (400): two headers (Node would silently take the first), a token in the query, none after the scheme, or one that is too long
 */
export function readAuthorization(request: IncomingMessage): Presented | null {
  if (queryHasToken(request.url ?? '')) throw malformed('A token in the query is not accepted: send it in the Authorization header.');
  const header = request.headers.authorization;
  if (header === undefined) return null;
  if (countAuthorization(request.rawHeaders) > 1) throw malformed('More than one Authorization header.');
  const space = header.indexOf(' ');
  const scheme = header.startsWith('Bearer ') ? 'bearer' : (space === -1 ? header : header.slice(0, space)).toLowerCase();
  if (scheme !== 'bearer' && scheme !== 'dpop') return null;
  const token = space === -1 ? '' : header.slice(space + 1).trim();
  if (token === '') throw malformed('There is no token after the scheme.');
  // The cap keeps what is hashed and parsed small.
  if (token.length > 8192) throw malformed('No token is as long as this.');
  return { scheme, token };
}

/**
 * RFC 6750 section 2.1, b64token. Hot path: asked of what is not known as a token already.
 * @throws Problem `invalid_request` (400)
 */
export function checkCharacters(token: string): void {
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) throw malformed('The token has characters that no token has.');
}
