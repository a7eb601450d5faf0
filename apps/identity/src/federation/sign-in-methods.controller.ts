import { Body, Controller, Get, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { isUserId } from '../accounts/user-id.ts';
import type { UserEntity } from '../accounts/user.entity.ts';
import { sessionCookie } from '../console/session-cookie.ts';
import { ConsoleSessions } from '../console/sessions.ts';
import { signInAgainPage } from '../console/sign-in-again-page.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { FindRole } from '../organizations/find-role.ts';
import { sendAnswer } from '../pages/answer.ts';
import { cookieScope, readCookie } from '../pages/cookies.ts';
import { csrfFieldSchema, issueCsrfToken, requireCsrfToken } from '../pages/csrf.ts';
import { PageFilter } from '../pages/page.filter.ts';
import type { ProviderLink } from '../pages/sign-in-form.ts';
import { CheckSecondFactor } from '../second-factor/check-second-factor.ts';
import { mayChangeSignIn } from '../sign-ins/fresh.ts';
import { FindProvider } from './find-provider.ts';
import { IdentityEntity } from './identity.entity.ts';
import { startLink } from './offer-providers.ts';
import { signInMethodsPage } from './sign-in-methods-page.ts';
import { UnlinkIdentity } from './unlink-identity.ts';

const csrfForm = 'console:sign-in-methods';

/** The console's page about how one signs in. */
@Controller('console/sign-in-methods')
@UseFilters(PageFilter)
export class SignInMethodsController {
  private readonly cookies;

  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: ConsoleSessions,
    private readonly findProvider: FindProvider,
    private readonly findRole: FindRole,
    private readonly secondFactor: CheckSecondFactor,
    private readonly unlinkIdentity: UnlinkIdentity,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await this.session(request);
    if (session === null) return sendAnswer(reply, { redirect: '/console/sign-in' });
    return sendAnswer(reply, { status: 200, page: await this.page(session.user, request, reply) });
  }

  @Post(':id/remove')
  async remove(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    requireCsrfToken(request, this.cookies, csrfForm, csrfFieldSchema.safeParse(body).data?._csrf);
    const session = await this.session(request);
    if (session === null) return sendAnswer(reply, { redirect: '/console/sign-in' });
    if (!mayChangeSignIn(session.facts)) return sendAnswer(reply, { status: 403, page: signInAgainPage() });
    if (!isUserId(id)) throw new Problem('not_found');
    try {
      await this.unlinkIdentity.run(session.user.id, id);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'conflict') throw error;
      return sendAnswer(reply, { status: 409, page: await this.page(session.user, request, reply, error.detail) });
    }
    return sendAnswer(reply, { redirect: '/console/sign-in-methods' });
  }

  /** The operator's, and those of the organizations that one belongs to. */
  private async connectable(user: UserEntity): Promise<ProviderLink[]> {
    const own = await Promise.all((await this.findRole.memberships(user.id)).map(({ org }) => this.findProvider.ofOrg(org)));
    return [...own.flat(), ...this.findProvider.ofDeployment].map((provider) => startLink(provider, 'connect'));
  }

  private session(request: FastifyRequest) {
    return this.sessions.open(readCookie(request, this.cookies, sessionCookie));
  }

  private async page(user: UserEntity, request: FastifyRequest, reply: FastifyReply, error?: string): Promise<string> {
    const rows = await this.dataSource.manager.find(IdentityEntity, { where: { userId: user.id }, order: { createdAt: 'ASC' } });
    const identities = await Promise.all(
      // A provider that is gone is named by where it was.
      rows.map(async ({ id, provider, issuer, email, lastUsedAt }) => ({ id, email, lastUsedAt, label: (await this.findProvider.byKey(provider))?.label ?? new URL(issuer).host })),
    );
    return signInMethodsPage({
      csrf: issueCsrfToken(request, reply, this.cookies, csrfForm),
      hasPassword: user.passwordHash !== null,
      hasFactor: await this.secondFactor.enrolled(user.id),
      identities,
      connect: await this.connectable(user),
      error,
    });
  }
}
