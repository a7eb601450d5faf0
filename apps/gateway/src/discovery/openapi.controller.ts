import { Controller, Get, Options, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DiscoveryDocuments } from './discovery-documents.ts';
import { sendPreflight, sendRendered } from './send-document.ts';

/** The document by which programs learn the HTTP API. */
@Controller('openapi.json')
export class OpenapiController {
  constructor(private readonly documents: DiscoveryDocuments) {}

  @Get()
  openapi(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return sendRendered(request, reply, this.documents.openapi());
  }

  @Options()
  preflight(@Res() reply: FastifyReply) {
    return sendPreflight(reply);
  }
}
