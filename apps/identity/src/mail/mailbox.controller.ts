import { Controller, Get, Inject, Req, Res, UseFilters } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { sendAnswer } from '../pages/answer.ts';
import { PageFilter } from '../pages/page.filter.ts';
import { mailboxPage } from './mailbox-page.ts';
import { ReadMailbox } from './read-mailbox.ts';

/** The mailbox of a Latchkey on somebody's own computer; elsewhere there is no such page. */
@Controller('mailbox')
@UseFilters(PageFilter)
export class MailboxController {
  constructor(
    private readonly readMailbox: ReadMailbox,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!this.env.LATCHKEY_MAILBOX || !this.isOurOwnName(request)) throw new Problem('not_found');
    const items = await this.readMailbox.run();
    if (request.headers.accept?.startsWith('application/json') === true) {
      void reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).send({ items });
      return;
    }
    sendAnswer(reply, { status: 200, page: mailboxPage(items) });
  }

  /** A foreign name that was made to resolve to this computer belongs to a foreign page, which may not read here; nor may what a proxy brings. */
  private isOurOwnName({ headers }: FastifyRequest): boolean {
    return headers.host === new URL(this.env.LATCHKEY_ISSUER).host && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined;
  }
}
