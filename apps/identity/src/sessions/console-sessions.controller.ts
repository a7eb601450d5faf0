import { Body, Controller, Get, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { bySession } from '../audit/record-audit.ts';
import { CurrentPerson } from '../console/current-person.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { sendAnswer } from '../pages/answer.ts';
import { cookieScope } from '../pages/cookies.ts';
import { csrfFieldSchema, issueCsrfToken, requireCsrfToken } from '../pages/csrf.ts';
import { PageFilter } from '../pages/page.filter.ts';
import { EndOwnSession } from './end-own-session.ts';
import { ListSessions } from './list-sessions.ts';
import { sessionsPage } from './sessions-page.ts';

const form = 'console:sessions';

/** The page on which somebody sees where they are signed in. */
@Controller('console/sessions')
@UseFilters(PageFilter)
export class ConsoleSessionsController {
  private readonly cookies;

  constructor(
    private readonly currentPerson: CurrentPerson,
    private readonly listSessions: ListSessions,
    private readonly endOwnSession: EndOwnSession,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const person = await this.currentPerson.find(request);
    if (person === null) return sendAnswer(reply, { redirect: '/console/sign-in' });
    const csrf = issueCsrfToken(request, reply, this.cookies, form);
    const sessions = await this.listSessions.all(person.user.id);
    return sendAnswer(reply, { status: 200, page: sessionsPage({ csrf, email: person.user.email, sessions, current: person.sessionId }) });
  }

  @Post('end-others')
  async endOthers(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, body);
    const person = await this.currentPerson.find(request);
    if (person !== null) await this.endOwnSession.others(person.user.id, person.sessionId, bySession(person.user.id));
    return sendAnswer(reply, { redirect: '/console/sessions' });
  }

  @Post(':id/end')
  async end(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, body);
    const person = await this.currentPerson.find(request);
    if (person !== null) await this.endOwnSession.one(person.user.id, id, bySession(person.user.id));
    return sendAnswer(reply, { redirect: '/console/sessions' });
  }

  private requireCsrf(request: FastifyRequest, body: unknown): void {
    requireCsrfToken(request, this.cookies, form, csrfFieldSchema.safeParse(body).data?._csrf);
  }
}
