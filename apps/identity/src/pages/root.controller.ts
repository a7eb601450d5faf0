import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';

/** The issuer's own address. People mean the console; what machines look for at an origin (RFC 9727 section 3) is told in one place, at the gateway. */
@Controller()
export class RootController {
  constructor(@Inject(IDENTITY_ENV) private readonly env: IdentityEnv) {}

  @Get()
  root(@Res() reply: FastifyReply): void {
    void reply.status(302).headers({ location: '/console', link: `<${this.env.LATCHKEY_GATEWAY_URL}/.well-known/api-catalog>; rel="api-catalog"` }).send();
  }

  @Get('.well-known/api-catalog')
  apiCatalog(@Res() reply: FastifyReply): void {
    this.atGateway(reply, '/.well-known/api-catalog');
  }

  @Get('llms.txt')
  llms(@Res() reply: FastifyReply): void {
    this.atGateway(reply, '/llms.txt');
  }

  private atGateway(reply: FastifyReply, path: string): void {
    void reply.status(307).headers({ location: this.env.LATCHKEY_GATEWAY_URL + path, 'access-control-allow-origin': '*', 'cache-control': 'public, max-age=3600' }).send();
  }
}
