import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { signInFormSchema } from '../accounts/sign-in-form.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { sendAnswer } from '../pages/answer.ts';
import { cookieScope } from '../pages/cookies.ts';
import { csrfFieldSchema, issueCsrfToken, requireCsrfToken } from '../pages/csrf.ts';
import { PageFilter } from '../pages/page.filter.ts';
import { ContinueSignedUp } from './continue-signed-up.ts';
import { consentFormSchema, DecideConsent } from './decide-consent.ts';
import { GoneFilter } from './gone.filter.ts';
import { OpenInteraction } from './open-interaction.ts';
import { ShowInteraction } from './show-interaction.ts';
import { SignIn } from './sign-in.ts';

/** Sign-in and consent: every step is a page or a form, and none needs a script. */
@Controller('interaction/:uid')
@UseFilters(PageFilter, GoneFilter)
export class InteractionsController {
  private readonly cookies;

  constructor(
    private readonly openInteraction: OpenInteraction,
    private readonly showInteraction: ShowInteraction,
    private readonly signIn: SignIn,
    private readonly decideConsent: DecideConsent,
    private readonly continueSignedUp: ContinueSignedUp,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  @Get()
  async show(@Param('uid') uid: string, @Query('org') org: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const interaction = await this.openInteraction.find(request, reply, uid);
    sendAnswer(reply, await this.showInteraction.run(interaction, this.issueCsrf(request, reply, uid), reply, org));
  }

  @Get('switch')
  async switchAccount(@Param('uid') uid: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const interaction = await this.openInteraction.find(request, reply, uid);
    sendAnswer(reply, await this.showInteraction.signIn(interaction, this.issueCsrf(request, reply, uid), true));
  }

  @Post('login')
  async login(@Param('uid') uid: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const interaction = await this.openInteraction.find(request, reply, uid);
    this.requireCsrf(request, uid, body);
    const form = parse(signInFormSchema, body);
    sendAnswer(reply, await this.signIn.run(interaction, form, this.issueCsrf(request, reply, uid), request, reply));
  }

  @Post('consent')
  async consent(@Param('uid') uid: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const interaction = await this.openInteraction.find(request, reply, uid);
    this.requireCsrf(request, uid, body);
    const form = parse(consentFormSchema, body);
    sendAnswer(reply, await this.decideConsent.run(interaction, form, this.issueCsrf(request, reply, uid), request, reply));
  }

  @Get('create-account')
  createAccount(@Param('uid') uid: string, @Res() reply: FastifyReply): void {
    sendAnswer(reply, { redirect: `/account/sign-up?from=${encodeURIComponent(uid)}` });
  }

  @Get('forgot-password')
  forgotPassword(@Param('uid') uid: string, @Res() reply: FastifyReply): void {
    sendAnswer(reply, { redirect: `/account/forgot-password?from=${encodeURIComponent(uid)}` });
  }

  /** Goes on with the request in which somebody created their account, in the browser where it began. */
  @Get('signed-up')
  async signedUp(@Param('uid') uid: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const interaction = await this.openInteraction.find(request, reply, uid);
    sendAnswer(reply, { redirect: await this.continueSignedUp.run(interaction, request, reply) });
  }

  private issueCsrf(request: FastifyRequest, reply: FastifyReply, uid: string): string {
    return issueCsrfToken(request, reply, this.cookies, `interaction:${uid}`);
  }

  private requireCsrf(request: FastifyRequest, uid: string, body: unknown): void {
    requireCsrfToken(request, this.cookies, `interaction:${uid}`, csrfFieldSchema.safeParse(body).data?._csrf);
  }
}
