import { Body, Controller, Get, Inject, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Authenticate } from '../accounts/authenticate.ts';
import { ChangePassword, type PasswordChange } from '../accounts/change-password.ts';
import { KnownDevices } from '../accounts/known-devices.ts';
import { refusalWords, type Refusal } from '../accounts/refusal-words.ts';
import { signInFormSchema, type SignInForm } from '../accounts/sign-in-form.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { OfferProviders } from '../federation/offer-providers.ts';
import { sendAnswer, type PageAnswer } from '../pages/answer.ts';
import { cookieScope, readCookie, setCookie } from '../pages/cookies.ts';
import { csrfFieldSchema, issueCsrfToken, requireCsrfToken } from '../pages/csrf.ts';
import { PageFilter } from '../pages/page.filter.ts';
import { peerAddress } from '../provider/peer-address.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { AfterPassword } from '../sign-ins/after-password.ts';
import { consoleSignInPage } from './console-sign-in-page.ts';
import { ConsoleSignIn } from './console-sign-in.ts';
import { RevokeEverything } from './revoke-everything.ts';
import { revokeEverythingPage } from './revoke-everything-page.ts';
import { passwordChangedPage, passwordPage } from './password-page.ts';
import { sessionCookie } from './session-cookie.ts';
import { ConsoleSessions } from './sessions.ts';

const signInPath = '/console/sign-in';

const passwordFormSchema = z.object({ current: z.string().max(10_000).default(''), next: z.string().max(10_000).default('') });

function passwordRefusal(change: Exclude<PasswordChange, { outcome: 'changed' }>): Refusal {
  if (change.outcome === 'unsuitable') return { status: 422, words: change.reason, headers: {} };
  if (change.outcome === 'refused') return { status: 422, words: 'The current password is not right.', headers: {} };
  return refusalWords(change);
}

/** Signing in to the console and out of it, and the account's password: pages that need no script; the session is a cookie that none can read. */
@Controller('console')
@UseFilters(PageFilter)
export class ConsoleController {
  private readonly cookies;

  constructor(
    private readonly sessions: ConsoleSessions,
    private readonly consoleSignIn: ConsoleSignIn,
    private readonly authenticate: Authenticate,
    private readonly knownDevices: KnownDevices,
    private readonly changePassword: ChangePassword,
    private readonly revokeEverything: RevokeEverything,
    private readonly offerProviders: OfferProviders,
    private readonly afterPassword: AfterPassword,
    private readonly unitOfWork: UnitOfWork,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  @Get('sign-in')
  async signInPage(@Query('org') org: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const csrf = issueCsrfToken(request, reply, this.cookies, 'console:sign-in');
    sendAnswer(reply, { status: 200, page: consoleSignInPage({ csrf, otherWays: await this.offerProviders.to('console', org) }) });
  }

  @Post('sign-in')
  async signIn(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, 'console:sign-in', body);
    const form = parse(signInFormSchema, body);
    // What a sign-in writes, its entry in the log and its session, waits for the disk once.
    sendAnswer(reply, await this.unitOfWork.together(() => this.answerSignIn(form, request, reply)));
  }

  private async answerSignIn(form: SignInForm, request: FastifyRequest, reply: FastifyReply): Promise<PageAnswer> {
    const authentication = await this.authenticate.run({ ...form, address: peerAddress(request.raw), device: this.knownDevices.find(request, form.email) });
    if (authentication.outcome === 'signed-in') {
      const facts = await this.afterPassword.run(authentication.userId, 'console', reply);
      if ('redirect' in facts) return facts;
      this.knownDevices.remember(request, reply, form.email);
      await this.consoleSignIn.run(authentication.userId, facts, request, reply);
      return { redirect: '/console' };
    }
    const { status, words, headers } = refusalWords(authentication);
    const csrf = issueCsrfToken(request, reply, this.cookies, 'console:sign-in');
    return { status, headers, page: consoleSignInPage({ csrf, email: form.email, error: words, otherWays: await this.offerProviders.to('console', undefined) }) };
  }

  @Post('sign-out')
  async signOut(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, 'console:sign-out', body);
    const token = readCookie(request, this.cookies, sessionCookie);
    if (token !== undefined) await this.sessions.end(token);
    setCookie(reply, this.cookies, sessionCookie, '', 0);
    sendAnswer(reply, { redirect: signInPath });
  }

  @Get('password')
  async password(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const user = await this.sessions.find(readCookie(request, this.cookies, sessionCookie));
    if (user === null) return sendAnswer(reply, { redirect: signInPath });
    const csrf = issueCsrfToken(request, reply, this.cookies, 'console:password');
    return sendAnswer(reply, { status: 200, page: passwordPage({ csrf, email: user.email }) });
  }

  @Post('password')
  async setPassword(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, 'console:password', body);
    const session = await this.sessions.open(readCookie(request, this.cookies, sessionCookie));
    if (session === null) return sendAnswer(reply, { redirect: signInPath });
    const { user, facts } = session;
    const change = await this.changePassword.run({ user, ...parse(passwordFormSchema, body), address: peerAddress(request.raw) });
    if (change.outcome === 'changed') {
      await this.consoleSignIn.run(user.id, facts, request, reply);
      return sendAnswer(reply, { status: 200, page: passwordChangedPage() });
    }
    const csrf = issueCsrfToken(request, reply, this.cookies, 'console:password');
    const { status, words, headers } = passwordRefusal(change);
    return sendAnswer(reply, { status, headers, page: passwordPage({ csrf, email: user.email, error: words }) });
  }

  @Get('revoke-everything')
  async askToRevoke(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const user = await this.sessions.find(readCookie(request, this.cookies, sessionCookie));
    if (user === null) return sendAnswer(reply, { redirect: signInPath });
    const csrf = issueCsrfToken(request, reply, this.cookies, 'console:revoke-everything');
    return sendAnswer(reply, { status: 200, page: revokeEverythingPage({ csrf, email: user.email }) });
  }

  @Post('revoke-everything')
  async revoke(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, 'console:revoke-everything', body);
    const user = await this.sessions.find(readCookie(request, this.cookies, sessionCookie));
    if (user === null) return sendAnswer(reply, { redirect: signInPath });
    setCookie(reply, this.cookies, sessionCookie, '', 0);
    return sendAnswer(reply, await this.revokeEverything.run(user));
  }

  @Get('create-account')
  createAccount(@Res() reply: FastifyReply): void {
    sendAnswer(reply, { redirect: '/account/sign-up' });
  }

  @Get('forgot-password')
  forgotPassword(@Res() reply: FastifyReply): void {
    sendAnswer(reply, { redirect: '/account/forgot-password' });
  }

  private requireCsrf(request: FastifyRequest, form: string, body: unknown): void {
    requireCsrfToken(request, this.cookies, form, csrfFieldSchema.safeParse(body).data?._csrf);
  }
}
