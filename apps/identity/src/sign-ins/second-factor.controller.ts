import { Body, Controller, Get, Inject, Post, Req, Res, UseFilters } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { FindAccount } from '../accounts/find-account.ts';
import { KnownDevices } from '../accounts/known-devices.ts';
import type { UserEntity } from '../accounts/user.entity.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { failurePage } from '../federation/failure-pages.ts';
import { sendAnswer } from '../pages/answer.ts';
import { cookieScope } from '../pages/cookies.ts';
import { csrfFieldSchema, issueCsrfToken, requireCsrfToken } from '../pages/csrf.ts';
import { PageFilter } from '../pages/page.filter.ts';
import { peerAddress } from '../provider/peer-address.ts';
import { CheckSecondFactor } from '../second-factor/check-second-factor.ts';
import { codeRefusal } from '../second-factor/code-words.ts';
import { EnrolSecondFactor } from '../second-factor/enrol-second-factor.ts';
import { enrolPage, recoveryCodesPage, secondFactorPage } from '../second-factor/pages.ts';
import { CompleteSignIn } from './complete-sign-in.ts';
import { destinationSchema, startPath } from './destination.ts';
import type { PendingSignInEntity, PendingStage } from './pending-sign-in.entity.ts';
import { PendingSignIns } from './pending-sign-ins.ts';
import { withSecondFactor } from './sign-in-facts.ts';

const codeFormSchema = z.object({ code: z.string().max(200).default(''), offer: z.string().max(1000).default('') });

const demanded = (org: string | null): string | undefined =>
  org === null ? undefined : `${org} asks for a second factor.`;

/** The pages of a sign-in that ask for the second factor, or bind one where an organization demands it. */
@Controller('sign-in')
@UseFilters(PageFilter)
export class SecondFactorController {
  private readonly cookies;

  constructor(
    private readonly pendingSignIns: PendingSignIns,
    private readonly completeSignIn: CompleteSignIn,
    private readonly check: CheckSecondFactor,
    private readonly enrol: EnrolSecondFactor,
    private readonly accounts: FindAccount,
    private readonly knownDevices: KnownDevices,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  @Get('second-factor')
  async ask(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const found = await this.find(request, reply, 'second-factor');
    if (found === null) return;
    const { csrf, backPath, pending } = found;
    sendAnswer(reply, { status: 200, page: secondFactorPage({ csrf, backPath, reason: demanded(pending.org) }) });
  }

  @Post('second-factor')
  async answer(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, body, 'second-factor');
    const found = await this.find(request, reply, 'second-factor');
    if (found === null) return;
    const { csrf, backPath, pending, user } = found;
    const { code } = parse(codeFormSchema, body);
    const check = await this.check.run({ userId: user.id, code, address: peerAddress(request.raw) });
    if (check.outcome !== 'right') {
      const { status, words, headers } = codeRefusal(check);
      return sendAnswer(reply, { status, headers, page: secondFactorPage({ csrf, backPath, error: words, reason: demanded(pending.org) }) });
    }
    // Only now has somebody shown that the account is theirs: a password may be known to others.
    if (pending.amr.includes('pwd')) this.knownDevices.remember(request, reply, user.email);
    const next = await this.completeSignIn.run(pending, user.id, withSecondFactor(pending));
    return sendAnswer(reply, next === null ? { status: 400, page: failurePage('unknown', '') } : { redirect: next });
  }

  @Get('enrol')
  async offer(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const found = await this.find(request, reply, 'enrol');
    if (found === null) return;
    const { csrf, backPath, pending, user } = found;
    sendAnswer(reply, { status: 200, page: enrolPage({ action: '/sign-in/enrol', csrf, backPath, offer: this.enrol.offer(user), reason: demanded(pending.org) }) });
  }

  @Post('enrol')
  async confirm(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, body, 'enrol');
    const found = await this.find(request, reply, 'enrol');
    if (found === null) return;
    const { csrf, backPath, pending, user } = found;
    const { code, offer } = parse(codeFormSchema, body);
    const codes = await this.enrol.confirm(user, offer, code);
    if (codes === null) {
      const page = enrolPage({ action: '/sign-in/enrol', csrf, backPath, offer: this.enrol.again(user, offer), error: 'This code is not right. Wait for the next one.', reason: demanded(pending.org) });
      return sendAnswer(reply, { status: 422, page });
    }
    const next = await this.completeSignIn.run(pending, user.id, withSecondFactor(pending));
    return sendAnswer(reply, { status: 200, page: recoveryCodesPage({ codes, next: { path: next ?? backPath, words: 'I have kept them' } }) });
  }

  /** Answers itself where this browser has nothing at that stage. */
  private async find(request: FastifyRequest, reply: FastifyReply, stage: PendingStage): Promise<{ pending: PendingSignInEntity; user: UserEntity; csrf: string; backPath: string } | null> {
    const pending = await this.pendingSignIns.find(request, stage);
    const user = pending === null ? null : await this.accounts.user(pending.userId ?? '');
    if (pending === null || user === null) {
      sendAnswer(reply, { status: 400, page: failurePage('unknown', '') });
      return null;
    }
    const csrf = issueCsrfToken(request, reply, this.cookies, `sign-in:${stage}`);
    return { pending, user, csrf, backPath: startPath(destinationSchema.parse(pending.destination)) };
  }

  private requireCsrf(request: FastifyRequest, body: unknown, stage: PendingStage): void {
    requireCsrfToken(request, this.cookies, `sign-in:${stage}`, csrfFieldSchema.safeParse(body).data?._csrf);
  }
}
