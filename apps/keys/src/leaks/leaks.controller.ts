import { reportLeaksSchema, type GithubLabel, type ReportedLeaks } from '@latchkey/contracts';
import { parse } from '@latchkey/problem';
import { Body, Controller, Header, Headers, HttpCode, Post, Req, type RawBodyRequest } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { EndLeaked } from './end-leaked.ts';
import { ReportGithub } from './report-github.ts';

/** No login: the gateway counts reports by address. */
@Controller('v1/leaks')
export class LeaksController {
  constructor(
    private readonly endLeaked: EndLeaked,
    private readonly reportGithub: ReportGithub,
  ) {}

  @Post()
  @HttpCode(202)
  @Header('cache-control', 'no-store')
  async report(@Body() body: unknown): Promise<ReportedLeaks> {
    const { tokens } = parse(reportLeaksSchema, body);
    await this.endLeaked.run(tokens, 'report');
    return { received: tokens.length };
  }

  @Post('github')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  github(
    @Headers('github-public-key-identifier') keyId: string | undefined,
    @Headers('github-public-key-signature') signature: string | undefined,
    @Req() request: RawBodyRequest<FastifyRequest>,
  ): Promise<GithubLabel[]> {
    return this.reportGithub.run({ keyId, signature, raw: request.rawBody });
  }
}
