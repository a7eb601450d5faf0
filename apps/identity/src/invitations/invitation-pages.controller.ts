import { Body, Controller, Get, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { UserEntity } from '../accounts/user.entity.ts';
import { sessionCookie } from '../console/session-cookie.ts';
import { ConsoleSessions } from '../console/sessions.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { sendAnswer } from '../pages/answer.ts';
import { cookieScope, readCookie } from '../pages/cookies.ts';
import { csrfFieldSchema, issueCsrfToken, requireCsrfToken } from '../pages/csrf.ts';
import { PageFilter } from '../pages/page.filter.ts';
import { AnswerInvitation } from './answer-invitation.ts';
import { FindInvitation } from './find-invitation.ts';
import { invitationDeclinedPage, invitationGonePage, invitationPage } from './invitation-pages.ts';
import { forgetInvitation, rememberInvitation } from './return-cookie.ts';

const form = 'invitation';

/** Where the link of an invitation leads: a page that asks, and forms that answer. */
@Controller('invitations/:token')
@UseFilters(PageFilter)
export class InvitationPagesController {
  private readonly cookies;

  constructor(
    private readonly sessions: ConsoleSessions,
    private readonly findInvitation: FindInvitation,
    private readonly answer: AnswerInvitation,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  /** Looks only: programs that check mail open every link in it. */
  @Get()
  async show(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.page(token, 200, undefined, request, reply);
  }

  @Get('sign-in')
  signIn(@Param('token') token: string, @Res() reply: FastifyReply): void {
    rememberInvitation(reply, this.cookies, token);
    sendAnswer(reply, { redirect: '/console/sign-in' });
  }

  @Get('create-account')
  createAccount(@Param('token') token: string, @Res() reply: FastifyReply): void {
    rememberInvitation(reply, this.cookies, token);
    sendAnswer(reply, { redirect: '/account/sign-up?invited=1' });
  }

  @Post('accept')
  async accept(@Param('token') token: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, body);
    const user = await this.signedIn(request);
    if (user === null) return this.page(token, 200, undefined, request, reply);
    const outcome = await this.answer.accept(user.id, token);
    switch (outcome.outcome) {
      case 'joined':
      case 'member_already':
        return sendAnswer(reply, { redirect: `/console?org=${outcome.org}` });
      case 'other_account':
        return this.page(token, 403, `The invitation is for ${outcome.email}.`, request, reply);
      case 'unconfirmed':
        return this.page(token, 403, 'Your e-mail address is not confirmed yet.', request, reply);
      default:
        return sendAnswer(reply, { status: 404, page: invitationGonePage() });
    }
  }

  @Post('decline')
  async decline(@Param('token') token: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, body);
    const { outcome } = await this.answer.decline((await this.signedIn(request))?.id ?? null, token);
    forgetInvitation(reply, this.cookies);
    sendAnswer(reply, outcome === 'declined' ? { status: 200, page: invitationDeclinedPage() } : { status: 404, page: invitationGonePage() });
  }

  private async page(token: string, status: number, error: string | undefined, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const invitation = await this.findInvitation.byToken(token);
    if (invitation === null) return sendAnswer(reply, { status: 404, page: invitationGonePage() });
    const user = await this.signedIn(request);
    const csrf = issueCsrfToken(request, reply, this.cookies, form);
    const page = invitationPage({ invitation, token, csrf, signedInAs: user?.email ?? null, ...(error === undefined ? {} : { error }) });
    return sendAnswer(reply, { status, page });
  }

  private signedIn(request: FastifyRequest): Promise<UserEntity | null> {
    return this.sessions.find(readCookie(request, this.cookies, sessionCookie));
  }

  private requireCsrf(request: FastifyRequest, body: unknown): void {
    requireCsrfToken(request, this.cookies, form, csrfFieldSchema.safeParse(body).data?._csrf);
  }
}
