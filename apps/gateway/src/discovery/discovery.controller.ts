import { Controller, Get, Options, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DiscoveryDocuments } from './discovery-documents.ts';
import { sendDocument, sendPreflight } from './send-document.ts';

/** Everything that is told to whoever asks, without a credential. */
@Controller('.well-known')
export class DiscoveryController {
  constructor(private readonly documents: DiscoveryDocuments) {}

  @Get('oauth-protected-resource')
  root(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return sendDocument(request, reply, this.documents.root());
  }

  @Get('oauth-protected-resource/mcp/:server')
  server(@Param('server') slug: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return sendDocument(request, reply, this.documents.server(slug));
  }

  @Get('oauth-protected-resource/mcp')
  platform(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return sendDocument(request, reply, this.documents.platform());
  }

  @Get('oauth-protected-resource/v1')
  management(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return sendDocument(request, reply, this.documents.management());
  }

  @Get('oauth-authorization-server')
  async authorizationServer(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return sendDocument(request, reply, await this.documents.issuer('oauth-authorization-server'));
  }

  @Get('openid-configuration')
  async openid(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return sendDocument(request, reply, await this.documents.issuer('openid-configuration'));
  }

  @Get('jwks.json')
  keys(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return sendDocument(request, reply, this.documents.keys());
  }

  @Options('*')
  preflight(@Res() reply: FastifyReply) {
    return sendPreflight(reply);
  }
}
