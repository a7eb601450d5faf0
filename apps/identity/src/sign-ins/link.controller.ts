import { Body, Controller, Get, Inject, Post, Req, Res, UseFilters } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { KnownDevices } from '../accounts/known-devices.ts';
import { refusalWords } from '../accounts/refusal-words.ts';
import { signInFormSchema } from '../accounts/sign-in-form.ts';
import { sessionCookie } from '../console/session-cookie.ts';
import { ConsoleSessions } from '../console/sessions.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { failurePage } from '../federation/failure-pages.ts';
import { sendAnswer } from '../pages/answer.ts';
import { cookieScope, readCookie } from '../pages/cookies.ts';
import { csrfFieldSchema, issueCsrfToken, requireCsrfToken } from '../pages/csrf.ts';
import { PageFilter } from '../pages/page.filter.ts';
import { peerAddress } from '../provider/peer-address.ts';
import { destinationSchema, startPath } from './destination.ts';
import { linkPage } from './link-page.ts';
import { LinkSignIn, type Link } from './link-sign-in.ts';
import type { PendingSignInEntity } from './pending-sign-in.entity.ts';
import { PendingSignIns } from './pending-sign-ins.ts';

const csrfForm = 'sign-in:link';
const shownSchema = z.object({ label: z.string(), email: z.string().nullable(), hasAccount: z.boolean().default(false) });

/** The page on which a foreign identity becomes somebody's. */
@Controller('sign-in/link')
@UseFilters(PageFilter)
export class LinkController {
  private readonly cookies;

  constructor(
    private readonly pendingSignIns: PendingSignIns,
    private readonly linkSignIn: LinkSignIn,
    private readonly sessions: ConsoleSessions,
    private readonly knownDevices: KnownDevices,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const pending = await this.pendingSignIns.find(request, 'link');
    if (pending === null) return sendAnswer(reply, { status: 400, page: failurePage('unknown', '') });
    return sendAnswer(reply, { status: 200, page: await this.page(pending, request, reply) });
  }

  @Post()
  async link(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    requireCsrfToken(request, this.cookies, csrfForm, csrfFieldSchema.safeParse(body).data?._csrf);
    const pending = await this.pendingSignIns.find(request, 'link');
    if (pending === null) return sendAnswer(reply, { status: 400, page: failurePage('unknown', '') });
    const form = parse(signInFormSchema, body);
    const link = await this.attempt(pending, form, request);
    if (link.outcome === 'linked') return sendAnswer(reply, { redirect: link.next });
    const refusal =
      link.outcome === 'taken' ? { status: 409, words: 'This sign-in is connected with another account, or this page was used already.', headers: {} } : refusalWords(link);
    return sendAnswer(reply, { status: refusal.status, headers: refusal.headers, page: await this.page(pending, request, reply, { email: form.email, error: refusal.words }) });
  }

  private async attempt(pending: PendingSignInEntity, form: { email: string; password: string }, request: FastifyRequest): Promise<Link> {
    if (pending.destination !== 'connect') return this.linkSignIn.withPassword(pending, { ...form, address: peerAddress(request.raw), device: this.knownDevices.find(request, form.email) });
    const user = await this.sessions.find(readCookie(request, this.cookies, sessionCookie));
    return user === null ? { outcome: 'taken' } : this.linkSignIn.withSession(pending, user.id);
  }

  private async page(pending: PendingSignInEntity, request: FastifyRequest, reply: FastifyReply, attempt?: { email: string; error: string }): Promise<string> {
    const destination = destinationSchema.parse(pending.destination);
    const { label, email: foreignEmail, hasAccount } = shownSchema.parse(pending.identity);
    const user = destination === 'connect' ? await this.sessions.find(readCookie(request, this.cookies, sessionCookie)) : null;
    return linkPage({
      csrf: issueCsrfToken(request, reply, this.cookies, csrfForm),
      label,
      foreignEmail,
      hasAccount,
      account: user?.email ?? null,
      email: attempt?.email ?? (hasAccount ? (foreignEmail ?? '') : ''),
      error: attempt?.error,
      backPath: startPath(destination),
      forgotPasswordPath: destination.startsWith('interaction:') ? `${startPath(destination)}/forgot-password` : '/console/forgot-password',
    });
  }
}
