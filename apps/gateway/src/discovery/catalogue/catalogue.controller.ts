import { Controller, Get, Options, Param, Req, Res } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DiscoveryDocuments } from '../discovery-documents.ts';
import { renderText, sendPreflight, sendRendered, type Form } from '../send-document.ts';
import { aiCatalog, aiCatalogType, apiCatalog, linksetType } from './catalogs.ts';
import { cardType, oldServerCard, serverCard } from './server-card.ts';
import { skill, skillIndex } from './skills.ts';
import { authText, llmsText } from './texts.ts';

const hour = 3600;
const markdown = 'text/markdown; charset=utf-8';

/** What is here, told to whoever looks for it: scanners, catalogues, agents. */
@Controller()
export class CatalogueController {
  constructor(private readonly documents: DiscoveryDocuments) {}

  @Get('mcp/server-card')
  platformCard(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const catalogue = this.documents.catalogue();
    return json(request, reply, serverCard(catalogue, catalogue.platform), cardType);
  }

  /** Of a server that is not listed, there is none. */
  @Get('mcp/:server/server-card')
  card(@Param('server') slug: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const catalogue = this.documents.catalogue();
    const entry = catalogue.servers.find((server) => server.slug === slug);
    if (entry === undefined) throw new Problem('not_found', { headers: { 'access-control-allow-origin': '*' } });
    return json(request, reply, serverCard(catalogue, entry), cardType);
  }

  @Get('.well-known/mcp/server-card.json')
  oldCard(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return json(request, reply, oldServerCard(this.documents.catalogue()));
  }

  @Get('.well-known/ai-catalog.json')
  aiCatalog(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return json(request, reply, aiCatalog(this.documents.catalogue()), aiCatalogType);
  }

  @Get('.well-known/api-catalog')
  apiCatalog(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    // RFC 9727 section 2: a HEAD request finds it by this link.
    void reply.header('link', `<${this.documents.catalogue().gatewayUrl}/.well-known/api-catalog>; rel="api-catalog"`);
    return json(request, reply, apiCatalog(this.documents.catalogue()), linksetType);
  }

  @Get('.well-known/agent-skills/index.json')
  skills(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return json(request, reply, skillIndex(this.documents.catalogue()));
  }

  @Get('.well-known/agent-skills/latchkey/SKILL.md')
  skill(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return text(request, reply, skill(this.documents.catalogue()));
  }

  @Get('llms.txt')
  llms(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return text(request, reply, llmsText(this.documents.catalogue()));
  }

  @Get('auth.md')
  auth(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return text(request, reply, authText(this.documents.catalogue()));
  }

  @Options(['mcp/server-card', 'mcp/:server/server-card', 'llms.txt', 'auth.md'])
  preflight(@Res() reply: FastifyReply) {
    return sendPreflight(reply);
  }
}

const form = (contentType: string): Form => ({ contentType, maxAgeSeconds: hour });

function json(request: FastifyRequest, reply: FastifyReply, document: object, contentType = 'application/json'): FastifyReply {
  return sendRendered(request, reply, renderText(JSON.stringify(document)), form(contentType));
}

function text(request: FastifyRequest, reply: FastifyReply, body: string): FastifyReply {
  return sendRendered(request, reply, renderText(body), form(markdown));
}

