import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A document as it is sent, and its name in caches. */
export interface Rendered {
  body: string;
  etag: string;
}

export const render = (document: object): Rendered => renderText(JSON.stringify(document));

export function renderText(body: string): Rendered {
  return { body, etag: `"${hash('sha256', body, 'base64url').slice(0, 22)}"` };
}

export interface Form {
  contentType: string;
  maxAgeSeconds: number;
}
const usual: Form = { contentType: 'application/json', maxAgeSeconds: 300 };

/** Sends a public document: open to every page, cacheable for five minutes, 304 to whoever has it (DISC-01). */
export function sendDocument(request: FastifyRequest, reply: FastifyReply, document: object): FastifyReply {
  return sendRendered(request, reply, render(document));
}

export function sendRendered(request: FastifyRequest, reply: FastifyReply, { body, etag }: Rendered, { contentType, maxAgeSeconds } = usual): FastifyReply {
  void reply.headers({ 'access-control-allow-origin': '*', 'cache-control': `public, max-age=${maxAgeSeconds}`, etag });
  const known = request.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known?.includes(etag) === true || known?.includes('*') === true) return reply.status(304).send();
  return reply.header('content-type', contentType).send(body);
}

/** Clients in browsers send `MCP-Protocol-Version` along, which takes a preflight. */
export function sendPreflight(reply: FastifyReply): FastifyReply {
  return reply
    .status(204)
    .headers({ 'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET, HEAD', 'access-control-allow-headers': 'mcp-protocol-version, accept, content-type', 'access-control-max-age': '600' })
    .send();
}
