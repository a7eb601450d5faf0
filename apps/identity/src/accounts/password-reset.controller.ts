import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { MailDelivery } from '../mail/mail-delivery.ts';
import { forgotPasswordPage as noMailPage } from '../pages/account-help-pages.ts';
import { sendAnswer } from '../pages/answer.ts';
import { cookieScope } from '../pages/cookies.ts';
import { csrfFieldSchema, issueCsrfToken, requireCsrfToken } from '../pages/csrf.ts';
import { PageFilter } from '../pages/page.filter.ts';
import { peerAddress } from '../provider/peer-address.ts';
import { FindAccount } from './find-account.ts';
import { fromOf, signInPathOf } from './from-interaction.ts';
import { KnownDevices } from './known-devices.ts';
import { AccountLinks } from './links/account-links.ts';
import { linkGonePage } from './pages/link-gone-page.ts';
import { forgotPasswordPage, passwordResetPage, resetMailedPage, resetPasswordPage } from './pages/password-reset-pages.ts';
import { ForgotPassword, forgotFormSchema } from './password-reset/forgot-password.ts';
import { ResetPassword } from './password-reset/reset-password.ts';
import { refusalWords } from './refusal-words.ts';
import { passwordFormSchema } from './sign-in-form.ts';

const forgotForm = 'account:forgot-password';
const resetForm = 'account:reset-password';
const resetFormSchema = passwordFormSchema.extend({ everything: z.literal('yes').optional() });

/** A forgotten password: a form, a mail, and a page that its link leads to. */
@Controller('account')
@UseFilters(PageFilter)
export class PasswordResetController {
  private readonly cookies;

  constructor(
    private readonly forgotPassword: ForgotPassword,
    private readonly resetPassword: ResetPassword,
    private readonly links: AccountLinks,
    private readonly accounts: FindAccount,
    private readonly knownDevices: KnownDevices,
    private readonly delivery: MailDelivery,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  @Get('forgot-password')
  show(@Query() query: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const from = fromOf(query);
    const backPath = signInPathOf(from);
    if (!this.delivery.available) return sendAnswer(reply, { status: 200, page: noMailPage(backPath) });
    sendAnswer(reply, { status: 200, page: forgotPasswordPage({ csrf: issueCsrfToken(request, reply, this.cookies, forgotForm), from, backPath }) });
  }

  @Post('forgot-password')
  async take(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, forgotForm, body);
    const [{ email }, from] = [parse(forgotFormSchema, body), fromOf(body)];
    const backPath = signInPathOf(from);
    if (!this.delivery.available) return sendAnswer(reply, { status: 200, page: noMailPage(backPath) });
    const outcome = await this.forgotPassword.run(email, { address: peerAddress(request.raw), interaction: from });
    if (outcome.outcome === 'mailed') return sendAnswer(reply, { status: 200, page: resetMailedPage(email.trim(), backPath) });
    const { status, words, headers } = outcome.outcome === 'throttled' ? refusalWords(outcome) : { status: 422, words: 'This is not an e-mail address.', headers: {} };
    const csrf = issueCsrfToken(request, reply, this.cookies, forgotForm);
    return sendAnswer(reply, { status, headers, page: forgotPasswordPage({ csrf, from, backPath, email, error: words }) });
  }

  @Get('reset-password/:token')
  async ask(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.page(token, 200, undefined, request, reply);
  }

  @Post('reset-password/:token')
  async reset(@Param('token') token: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, resetForm, body);
    const { password, everything } = parse(resetFormSchema, body);
    const reset = await this.resetPassword.run({ token, password, revokeEverything: everything === 'yes' });
    if (reset.outcome === 'gone') return sendAnswer(reply, { status: 404, page: linkGonePage() });
    if (reset.outcome === 'unsuitable') return this.page(token, 422, reset.reason, request, reply);
    // Their way in, also while somebody else uses up the attempts of the account.
    this.knownDevices.remember(request, reply, reset.email);
    return sendAnswer(reply, { status: 200, page: passwordResetPage(signInPathOf(reset.interaction)) });
  }

  private async page(token: string, status: number, error: string | undefined, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const user = await this.accounts.user((await this.links.find('password_reset', token))?.userId ?? '');
    if (user === null) return sendAnswer(reply, { status: 404, page: linkGonePage() });
    const csrf = issueCsrfToken(request, reply, this.cookies, resetForm);
    return sendAnswer(reply, { status, page: resetPasswordPage({ csrf, token, email: user.email, ...(error === undefined ? {} : { error }) }) });
  }

  private requireCsrf(request: FastifyRequest, name: string, body: unknown): void {
    requireCsrfToken(request, this.cookies, name, csrfFieldSchema.safeParse(body).data?._csrf);
  }
}
