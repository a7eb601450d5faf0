import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DiscoveryDocuments } from './discovery-documents.ts';
import { renderText, sendRendered } from './send-document.ts';

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const link = (url: string, words: string): string => `<li><a href="${escaped(url)}">${words}</a></li>`;

/** What whoever opens the address of the gateway finds, and RFC 9727 section 3 has machines look for: where to go from here. */
@Controller()
export class HomeController {
  constructor(private readonly documents: DiscoveryDocuments) {}

  @Get()
  home(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const { gatewayUrl, issuer } = this.documents.place();
    void reply.headers({
      link: `<${gatewayUrl}/.well-known/api-catalog>; rel="api-catalog", <${gatewayUrl}/llms.txt>; rel="describedby"; type="text/markdown"`,
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'", 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff',
    });
    return sendRendered(request, reply, renderText(page(gatewayUrl, issuer)), { contentType: 'text/html; charset=utf-8', maxAgeSeconds: 3600 });
  }
}

const page = (gatewayUrl: string, issuer: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Latchkey gateway</title>
<h1>Latchkey gateway</h1>
<p>MCP servers are at <code>${escaped(gatewayUrl)}/mcp/{server}</code>. This address is for programs; people go to the console.</p>
<ul>
${[
  link(`${issuer}/console`, 'Console: servers, keys, members, the audit log'),
  link(`${gatewayUrl}/auth.md`, 'How a program gets a credential'),
  link(`${gatewayUrl}/openapi.json`, 'The HTTP API'),
  link(`${gatewayUrl}/llms.txt`, 'The same in text'),
].join('\n')}
</ul>
</html>
`;
