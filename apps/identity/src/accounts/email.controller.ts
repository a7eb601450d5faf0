import { Body, Controller, Get, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentPerson } from '../console/current-person.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { sendAnswer } from '../pages/answer.ts';
import { cookieScope } from '../pages/cookies.ts';
import { csrfFieldSchema, issueCsrfToken, requireCsrfToken } from '../pages/csrf.ts';
import { PageFilter } from '../pages/page.filter.ts';
import { peerAddress } from '../provider/peer-address.ts';
import { ConfirmEmailChange } from './email-change/confirm-email-change.ts';
import { UndoEmailChange } from './email-change/undo-email-change.ts';
import { AccountLinks } from './links/account-links.ts';
import { addressTakenPage, confirmEmailPage, emailChangedPage, emailUndonePage, undoEmailPage } from './pages/email-pages.ts';
import { linkGonePage } from './pages/link-gone-page.ts';
import { refusalWords } from './refusal-words.ts';
import { passwordFormSchema } from './sign-in-form.ts';

const confirmForm = 'account:email';
const undoForm = 'account:email-undo';

/** Where the links lead that confirm a new address, or take an account back to the old one. */
@Controller('account')
@UseFilters(PageFilter)
export class EmailController {
  private readonly cookies;

  constructor(
    private readonly currentPerson: CurrentPerson,
    private readonly confirmEmailChange: ConfirmEmailChange,
    private readonly undoEmailChange: UndoEmailChange,
    private readonly links: AccountLinks,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  @Get('email/:token')
  async ask(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.page(token, 200, {}, undefined, request, reply);
  }

  @Post('email/:token')
  async confirm(@Param('token') token: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, confirmForm, body);
    const { password } = parse(passwordFormSchema, body);
    const signedIn = (await this.currentPerson.find(request))?.user.id ?? null;
    const confirmation = await this.confirmEmailChange.run({ token, signedIn, password, address: peerAddress(request.raw) });
    if (confirmation.outcome === 'changed') return sendAnswer(reply, { status: 200, page: emailChangedPage(confirmation.email) });
    if (confirmation.outcome === 'gone') return sendAnswer(reply, { status: 404, page: linkGonePage() });
    if (confirmation.outcome === 'taken') return sendAnswer(reply, { status: 409, page: addressTakenPage() });
    const { status, words, headers } = refusalWords(confirmation);
    return this.page(token, status, headers, confirmation.outcome === 'refused' ? 'The password is not right.' : words, request, reply);
  }

  @Get('email-undo/:token')
  async askToUndo(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const link = await this.links.find('email_undo', token);
    if (link === null) return sendAnswer(reply, { status: 404, page: linkGonePage() });
    const csrf = issueCsrfToken(request, reply, this.cookies, undoForm);
    return sendAnswer(reply, { status: 200, page: undoEmailPage({ csrf, token, email: link.content.email }) });
  }

  @Post('email-undo/:token')
  async undo(@Param('token') token: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, undoForm, body);
    const undo = await this.undoEmailChange.run(token);
    if (undo.outcome === 'gone') return sendAnswer(reply, { status: 404, page: linkGonePage() });
    if (undo.outcome === 'taken') return sendAnswer(reply, { status: 409, page: addressTakenPage() });
    return sendAnswer(reply, { status: 200, page: emailUndonePage(undo.email) });
  }

  private async page(token: string, status: number, headers: Record<string, string>, error: string | undefined, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const link = await this.links.find('email_change', token);
    if (link === null) return sendAnswer(reply, { status: 404, page: linkGonePage() });
    const asksForPassword = (await this.currentPerson.find(request))?.user.id !== link.userId;
    const csrf = issueCsrfToken(request, reply, this.cookies, confirmForm);
    const { email } = link.content;
    return sendAnswer(reply, { status, headers, page: confirmEmailPage({ csrf, token, email, asksForPassword, ...(error === undefined ? {} : { error }) }) });
  }

  private requireCsrf(request: FastifyRequest, name: string, body: unknown): void {
    requireCsrfToken(request, this.cookies, name, csrfFieldSchema.safeParse(body).data?._csrf);
  }
}
