import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ConsoleSignIn } from '../console/console-sign-in.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { FindInvitation } from '../invitations/find-invitation.ts';
import { rememberedInvitation } from '../invitations/return-cookie.ts';
import { createAccountPage } from '../pages/account-help-pages.ts';
import { sendAnswer } from '../pages/answer.ts';
import { cookieScope } from '../pages/cookies.ts';
import { browserMark, csrfFieldSchema, issueCsrfToken, requireCsrfToken } from '../pages/csrf.ts';
import { PageFilter } from '../pages/page.filter.ts';
import { peerAddress } from '../provider/peer-address.ts';
import { byPassword } from '../sign-ins/sign-in-facts.ts';
import { fromOf, signInPathOf } from './from-interaction.ts';
import { AccountLinks } from './links/account-links.ts';
import { linkGonePage } from './pages/link-gone-page.ts';
import { accountExistsPage, confirmSignUpPage, signUpMailedPage, signUpPage } from './pages/sign-up-pages.ts';
import { refusalWords } from './refusal-words.ts';
import { ConfirmSignUp, isSameBrowser } from './sign-up/confirm-sign-up.ts';
import { SignUp, signUpFormSchema } from './sign-up/sign-up.ts';
import { SignUpGate } from './sign-up/sign-up-gate.ts';
import { passwordFormSchema } from './sign-in-form.ts';

const form = 'account:sign-up';
const invitedSchema = z.object({ invited: z.literal('1') });

/** Creating an account: a form, a mail, and a page that its link leads to. */
@Controller('account/sign-up')
@UseFilters(PageFilter)
export class SignUpController {
  private readonly cookies;

  constructor(
    private readonly gate: SignUpGate,
    private readonly signUp: SignUp,
    private readonly confirmSignUp: ConfirmSignUp,
    private readonly links: AccountLinks,
    private readonly consoleSignIn: ConsoleSignIn,
    private readonly findInvitation: FindInvitation,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  @Get()
  async show(@Query() query: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const from = fromOf(query);
    const backPath = signInPathOf(from);
    if (!this.gate.open) return sendAnswer(reply, { status: 200, page: createAccountPage(backPath) });
    const email = await this.invitedAddress(query, request);
    sendAnswer(reply, { status: 200, page: signUpPage({ csrf: issueCsrfToken(request, reply, this.cookies, form), from, backPath, ...(email === null ? {} : { email }) }) });
  }

  @Post()
  async take(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, form, body);
    const [fields, from] = [parse(signUpFormSchema, body), fromOf(body)];
    const backPath = signInPathOf(from);
    if (!this.gate.open) return sendAnswer(reply, { status: 200, page: createAccountPage(backPath) });
    const browser = browserMark(request, this.cookies, 'sign-up');
    const outcome = await this.signUp.run(fields, { address: peerAddress(request.raw), browser, interaction: from });
    if (outcome.outcome === 'mailed') return sendAnswer(reply, { status: 200, page: signUpMailedPage(fields.email.trim(), backPath) });
    const { status, words, headers } = outcome.outcome === 'throttled' ? refusalWords(outcome) : { status: 422, words: outcome.reason, headers: {} };
    const csrf = issueCsrfToken(request, reply, this.cookies, form);
    return sendAnswer(reply, { status, headers, page: signUpPage({ csrf, from, backPath, name: fields.name, email: fields.email, error: words }) });
  }

  /** Looks only: programs that check mail open every link in it. */
  @Get(':token')
  async ask(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.page(token, 200, {}, undefined, request, reply);
  }

  @Post(':token')
  async confirm(@Param('token') token: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, `${form}:confirm`, body);
    const { password } = parse(passwordFormSchema, body);
    const browser = browserMark(request, this.cookies, 'sign-up');
    const confirmation = await this.confirmSignUp.run({ token, password, browser, address: peerAddress(request.raw) });
    if (confirmation.outcome === 'created') {
      await this.consoleSignIn.run(confirmation.userId, byPassword(), request, reply);
      // Where the authorization request is not of this browser, its page says so; the account is there all the same.
      return sendAnswer(reply, { redirect: confirmation.interaction === null ? '/console' : `/interaction/${confirmation.interaction}/signed-up` });
    }
    if (confirmation.outcome === 'gone') return sendAnswer(reply, { status: 404, page: linkGonePage() });
    if (confirmation.outcome === 'exists') return sendAnswer(reply, { status: 409, page: accountExistsPage() });
    const { status, words, headers } = refusalWords(confirmation);
    return this.page(token, status, headers, confirmation.outcome === 'refused' ? 'The password is not the one that was chosen.' : words, request, reply);
  }

  private async page(token: string, status: number, headers: Record<string, string>, error: string | undefined, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const link = await this.links.find('sign_up', token);
    if (link === null) return sendAnswer(reply, { status: 404, page: linkGonePage() });
    const asksForPassword = !isSameBrowser(link, browserMark(request, this.cookies, 'sign-up'));
    const csrf = issueCsrfToken(request, reply, this.cookies, `${form}:confirm`);
    const { email } = link.content;
    return sendAnswer(reply, { status, headers, page: confirmSignUpPage({ csrf, token, email, asksForPassword, ...(error === undefined ? {} : { error }) }) });
  }

  /** Whoever comes from an invitation needs an account for its address, which stays out of the URL. */
  private async invitedAddress(query: unknown, request: FastifyRequest): Promise<string | null> {
    const token = invitedSchema.safeParse(query).success ? rememberedInvitation(request, this.cookies) : null;
    return token === null ? null : ((await this.findInvitation.byToken(token))?.row.email ?? null);
  }

  private requireCsrf(request: FastifyRequest, name: string, body: unknown): void {
    requireCsrfToken(request, this.cookies, name, csrfFieldSchema.safeParse(body).data?._csrf);
  }
}
