import { Body, Controller, Get, Inject, Post, Req, Res, UseFilters } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import type { UserEntity } from '../accounts/user.entity.ts';
import { sessionCookie } from '../console/session-cookie.ts';
import { ConsoleSessions } from '../console/sessions.ts';
import { signInAgainPage } from '../console/sign-in-again-page.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { sendAnswer } from '../pages/answer.ts';
import { cookieScope, readCookie } from '../pages/cookies.ts';
import { csrfFieldSchema, issueCsrfToken, requireCsrfToken } from '../pages/csrf.ts';
import { PageFilter } from '../pages/page.filter.ts';
import { peerAddress } from '../provider/peer-address.ts';
import { mayChangeSignIn } from '../sign-ins/fresh.ts';
import { CheckSecondFactor } from './check-second-factor.ts';
import { codeRefusal } from './code-words.ts';
import { EnrolSecondFactor } from './enrol-second-factor.ts';
import { enrolPage, manageFactorPage, recoveryCodesPage } from './pages.ts';
import { RecoveryCodeEntity } from './second-factor.entity.ts';

const csrfForm = 'console:second-factor';
const path = '/console/second-factor';
const enrolSchema = z.object({ code: z.string().max(200).default(''), offer: z.string().max(1000).default('') });
const changeSchema = z.object({ code: z.string().max(200).default(''), change: z.enum(['recovery-codes', 'remove']) });

/** The console's pages about one's own authenticator app. */
@Controller('console/second-factor')
@UseFilters(PageFilter)
export class ManageFactorController {
  private readonly cookies;

  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: ConsoleSessions,
    private readonly check: CheckSecondFactor,
    private readonly enrol: EnrolSecondFactor,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const user = await this.user(request, reply);
    if (user === null) return;
    const csrf = issueCsrfToken(request, reply, this.cookies, csrfForm);
    const page = (await this.check.enrolled(user.id))
      ? manageFactorPage({ csrf, left: await this.left(user) })
      : enrolPage({ action: path, csrf, offer: this.enrol.offer(user), backPath: '/console/sign-in-methods' });
    sendAnswer(reply, { status: 200, page });
  }

  @Post()
  async add(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, body);
    const user = await this.user(request, reply);
    if (user === null) return;
    const { code, offer } = parse(enrolSchema, body);
    const codes = await this.enrol.confirm(user, offer, code);
    if (codes !== null) return sendAnswer(reply, { status: 200, page: this.codesPage(codes) });
    const csrf = issueCsrfToken(request, reply, this.cookies, csrfForm);
    const error = 'This code is not right. Wait for the next one.';
    sendAnswer(reply, { status: 422, page: enrolPage({ action: path, csrf, offer: this.enrol.again(user, offer), error, backPath: '/console/sign-in-methods' }) });
  }

  @Post('change')
  async change(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, body);
    const user = await this.user(request, reply);
    if (user === null) return;
    const { code, change } = parse(changeSchema, body);
    const check = await this.check.run({ userId: user.id, code, address: peerAddress(request.raw) });
    if (check.outcome !== 'right') {
      const { status, words, headers } = codeRefusal(check);
      const csrf = issueCsrfToken(request, reply, this.cookies, csrfForm);
      return sendAnswer(reply, { status, headers, page: manageFactorPage({ csrf, left: await this.left(user), error: words }) });
    }
    if (change === 'recovery-codes') return sendAnswer(reply, { status: 200, page: this.codesPage(await this.enrol.renewRecoveryCodes(user)) });
    await this.enrol.remove(user);
    return sendAnswer(reply, { redirect: '/console/sign-in-methods' });
  }

  /** Answers itself for who is not signed in, or not lately. */
  private async user(request: FastifyRequest, reply: FastifyReply): Promise<UserEntity | null> {
    const session = await this.sessions.open(readCookie(request, this.cookies, sessionCookie));
    if (session !== null && mayChangeSignIn(session.facts)) return session.user;
    sendAnswer(reply, session === null ? { redirect: '/console/sign-in' } : { status: 403, page: signInAgainPage() });
    return null;
  }

  private codesPage(codes: readonly string[]): string {
    return recoveryCodesPage({ codes, next: { path: '/console/sign-in-methods', words: 'I have kept them' } });
  }

  private left(user: UserEntity): Promise<number> {
    return this.dataSource.manager.countBy(RecoveryCodeEntity, { userId: user.id });
  }

  private requireCsrf(request: FastifyRequest, body: unknown): void {
    requireCsrfToken(request, this.cookies, csrfForm, csrfFieldSchema.safeParse(body).data?._csrf);
  }
}
