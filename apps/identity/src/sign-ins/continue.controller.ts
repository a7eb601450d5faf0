import { Controller, Get, Param, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ConsoleSignIn } from '../console/console-sign-in.ts';
import { failurePage } from '../federation/failure-pages.ts';
import { GoneFilter } from '../interactions/gone.filter.ts';
import { OpenInteraction } from '../interactions/open-interaction.ts';
import { sendAnswer } from '../pages/answer.ts';
import { PageFilter } from '../pages/page.filter.ts';
import { PendingSignIns } from './pending-sign-ins.ts';
import { reachOf } from './sign-in-facts.ts';

/** Where a sign-in that took several pages is taken up: it was begun in this browser, and ends here, once. */
@Controller()
@UseFilters(PageFilter, GoneFilter)
export class ContinueController {
  constructor(
    private readonly pendingSignIns: PendingSignIns,
    private readonly openInteraction: OpenInteraction,
    private readonly consoleSignIn: ConsoleSignIn,
  ) {}

  @Get('interaction/:uid/continue')
  async interaction(@Param('uid') uid: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.openInteraction.find(request, reply, uid);
    const pending = await this.pendingSignIns.take(request, 'ready', `interaction:${uid}`);
    if (pending === null || pending.userId === null) return sendAnswer(reply, { redirect: `/interaction/${encodeURIComponent(uid)}` });
    const { userId: accountId, amr, signedInAt, org } = pending;
    const login = { accountId, remember: true, amr, ts: Math.floor(signedInAt.getTime() / 1000) };
    const outcome = org === null ? { login } : { login, org };
    return sendAnswer(reply, { redirect: await this.openInteraction.finish(request, reply, outcome, false) });
  }

  @Get('console/continue')
  async console(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const pending = await this.pendingSignIns.take(request, 'ready', 'console');
    if (pending === null || pending.userId === null) return sendAnswer(reply, { redirect: '/console/sign-in' });
    if (reachOf(pending) !== null) return sendAnswer(reply, { status: 403, page: failurePage('elsewhere', 'your organization', '/console/sign-in') });
    await this.consoleSignIn.run(pending.userId, pending, request, reply);
    return sendAnswer(reply, { redirect: pending.org === null ? '/console' : `/console?org=${encodeURIComponent(pending.org)}` });
  }
}
