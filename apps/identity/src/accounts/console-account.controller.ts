import { Body, Controller, Get, Inject, Post, Req, Res, UseFilters } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CurrentPerson } from '../console/current-person.ts';
import { sessionCookie } from '../console/session-cookie.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { sendAnswer } from '../pages/answer.ts';
import { cookieScope, setCookie } from '../pages/cookies.ts';
import { csrfFieldSchema, issueCsrfToken, requireCsrfToken } from '../pages/csrf.ts';
import { PageFilter } from '../pages/page.filter.ts';
import { peerAddress } from '../provider/peer-address.ts';
import { DeleteAccount, type Deletion } from './delete-account.ts';
import { ChangeEmail } from './email-change/change-email.ts';
import { accountDeletedPage, accountPage, deleteAccountPage } from './pages/account-pages.ts';
import { changeEmailPage, emailMailedPage } from './pages/email-pages.ts';
import { refusalWords, type Refusal } from './refusal-words.ts';
import { passwordFormSchema } from './sign-in-form.ts';

const emailForm = 'console:email';
const deleteForm = 'console:delete-account';
const emailFormSchema = passwordFormSchema.extend({ next: z.string().max(1000).default('') });
const signIn = { redirect: '/console/sign-in' };

const asRefusal = (outcome: Parameters<typeof refusalWords>[0]): Refusal =>
  outcome.outcome === 'refused' ? { status: 422, words: 'The password is not right.', headers: {} } : refusalWords(outcome);

function deletionRefusal(deletion: Exclude<Deletion, { outcome: 'deleted' }>): Refusal {
  const refuse = (words: string): Refusal => ({ status: 409, words, headers: {} });
  if (deletion.outcome === 'needed') return refuse(`You are the only owner of ${deletion.orgs.join(', ')}. Make somebody else an owner first.`);
  if (deletion.outcome === 'moved') return refuse('Your e-mail address was changed less than a week ago. Until then whoever has the earlier one can take the account back; delete it after that.');
  return asRefusal(deletion);
}

/** What people do with their own account. */
@Controller('console')
@UseFilters(PageFilter)
export class ConsoleAccountController {
  private readonly cookies;

  constructor(
    private readonly currentPerson: CurrentPerson,
    private readonly changeEmail: ChangeEmail,
    private readonly deleteAccount: DeleteAccount,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  @Get('account')
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const person = await this.currentPerson.find(request);
    return sendAnswer(reply, person === null ? signIn : { status: 200, page: accountPage(person.user) });
  }

  @Get('email')
  async askForEmail(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const person = await this.currentPerson.find(request);
    if (person === null) return sendAnswer(reply, signIn);
    const csrf = issueCsrfToken(request, reply, this.cookies, emailForm);
    return sendAnswer(reply, { status: 200, page: changeEmailPage({ csrf, email: person.user.email }) });
  }

  @Post('email')
  async takeEmail(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, emailForm, body);
    const person = await this.currentPerson.find(request);
    if (person === null) return sendAnswer(reply, signIn);
    const { user } = person;
    const form = parse(emailFormSchema, body);
    const change = await this.changeEmail.run({ user, ...form, address: peerAddress(request.raw) });
    if (change.outcome === 'mailed') return sendAnswer(reply, { status: 200, page: emailMailedPage(form.next.trim()) });
    const { status, words, headers } = change.outcome === 'unsuitable' ? { status: 422, words: change.reason, headers: {} } : asRefusal(change);
    const csrf = issueCsrfToken(request, reply, this.cookies, emailForm);
    return sendAnswer(reply, { status, headers, page: changeEmailPage({ csrf, email: user.email, next: form.next, error: words }) });
  }

  @Get('delete-account')
  async askToDelete(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const person = await this.currentPerson.find(request);
    if (person === null) return sendAnswer(reply, signIn);
    const csrf = issueCsrfToken(request, reply, this.cookies, deleteForm);
    return sendAnswer(reply, { status: 200, page: deleteAccountPage({ csrf, email: person.user.email }) });
  }

  @Post('delete-account')
  async delete(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, deleteForm, body);
    const person = await this.currentPerson.find(request);
    if (person === null) return sendAnswer(reply, signIn);
    const { user } = person;
    const deletion = await this.deleteAccount.run({ user, ...parse(passwordFormSchema, body), address: peerAddress(request.raw) });
    if (deletion.outcome === 'deleted') {
      setCookie(reply, this.cookies, sessionCookie, '', 0);
      return sendAnswer(reply, { status: 200, page: accountDeletedPage() });
    }
    const { status, words, headers } = deletionRefusal(deletion);
    const csrf = issueCsrfToken(request, reply, this.cookies, deleteForm);
    return sendAnswer(reply, { status, headers, page: deleteAccountPage({ csrf, email: user.email, error: words }) });
  }

  private requireCsrf(request: FastifyRequest, name: string, body: unknown): void {
    requireCsrfToken(request, this.cookies, name, csrfFieldSchema.safeParse(body).data?._csrf);
  }
}
