import { Controller, Get, Inject, Param, Query, Req, Res, UseFilters } from '@nestjs/common';
import { parse, Problem } from '@latchkey/problem';
import type { Logger } from '@latchkey/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sendAnswer } from '../pages/answer.ts';
import { PageFilter } from '../pages/page.filter.ts';
import { destinationSchema, startPath } from '../sign-ins/destination.ts';
import { LOGGER } from '../tokens.ts';
import { BeginSignIn } from './begin-sign-in.ts';
import { failurePage } from './failure-pages.ts';
import { FindProvider } from './find-provider.ts';
import { FinishSignIn } from './finish-sign-in.ts';
import type { ForeignProvider } from './foreign-provider.ts';

const startQuerySchema = z.object({ return: destinationSchema, again: z.literal('1').optional() });

/** Sign-in at other providers. Where a browser goes on is a name of ours and never a URL of the request, so it leads nowhere else. */
@Controller('v1/auth/oauth/:provider')
@UseFilters(PageFilter)
export class FederationController {
  constructor(
    private readonly findProvider: FindProvider,
    private readonly beginSignIn: BeginSignIn,
    private readonly finishSignIn: FinishSignIn,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Get('start')
  async start(@Param('provider') key: string, @Query() query: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const provider = await this.provider(key);
    const { return: destination, again } = parse(startQuerySchema, query);
    try {
      sendAnswer(reply, { redirect: await this.beginSignIn.run(provider, destination, again === '1', request, reply) });
    } catch (error) {
      const { name, code } = error as { name?: string; code?: string };
      this.logger.warn({ provider: provider.key, error: name, code }, 'a foreign provider could not be asked');
      sendAnswer(reply, { status: 502, page: failurePage('failed', provider.label, startPath(destination)) });
    }
  }

  @Get('callback')
  async callback(@Param('provider') key: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const provider = await this.provider(key);
    const url = request.raw.url ?? '';
    const answer = new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');
    sendAnswer(reply, await this.finishSignIn.run(provider, answer, request, reply));
  }

  private async provider(key: string): Promise<ForeignProvider> {
    const provider = await this.findProvider.byKey(key);
    if (provider === null) throw new Problem('not_found');
    return provider;
  }
}
