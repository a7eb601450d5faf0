import { Body, Controller, Get, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import type { UserEntity } from '../accounts/user.entity.ts';
import { bySession } from '../audit/record-audit.ts';
import { sessionCookie } from '../console/session-cookie.ts';
import { ConsoleSessions } from '../console/sessions.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { sendAnswer } from '../pages/answer.ts';
import { cookieScope, readCookie } from '../pages/cookies.ts';
import { csrfFieldSchema, issueCsrfToken, requireCsrfToken } from '../pages/csrf.ts';
import { PageFilter } from '../pages/page.filter.ts';
import { AuthorizationEntity } from './authorization.entity.ts';
import { Consents } from './consents.ts';
import { EndGrants } from './end-grants.ts';
import { grantRows } from './grant-rows.ts';
import { isGrantId } from './list-grants.ts';
import { programsPage } from './programs-page.ts';

const path = '/console/programs';
const form = 'console:programs';
const shown = 100;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Connected programs of who is signed in to the console, whatever their organization. */
@Controller('console/programs')
@UseFilters(PageFilter)
export class ProgramsController {
  private readonly cookies;

  constructor(
    private readonly sessions: ConsoleSessions,
    private readonly dataSource: DataSource,
    private readonly consents: Consents,
    private readonly endGrants: EndGrants,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const user = await this.user(request);
    if (user === null) return sendAnswer(reply, { redirect: '/console/sign-in' });
    return this.answer(user, request, reply);
  }

  @Post(':id/revoke')
  async revoke(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const user = await this.userBehindForm(body, request);
    if (user === null) return sendAnswer(reply, { redirect: '/console/sign-in' });
    const row = isGrantId(id) ? await this.dataSource.manager.findOneBy(AuthorizationEntity, { grantId: id, userId: user.id }) : null;
    if (row === null) return sendAnswer(reply, { redirect: path });
    await this.endGrants.one(row, bySession(user.id));
    return this.answer(user, request, reply, 'Disconnected. What it held works no more.');
  }

  @Post('remembered/:id/forget')
  async forget(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const user = await this.userBehindForm(body, request);
    if (user === null) return sendAnswer(reply, { redirect: '/console/sign-in' });
    if (uuid.test(id)) await this.dataSource.transaction((manager) => this.consents.forgetOne(manager, { id, userId: user.id }, bySession(user.id)));
    return this.answer(user, request, reply, 'You will be asked when it wants to connect.');
  }

  private async answer(user: UserEntity, request: FastifyRequest, reply: FastifyReply, done?: string): Promise<void> {
    const csrf = issueCsrfToken(request, reply, this.cookies, form);
    const { items: grants, nextCursor } = await grantRows(this.dataSource, { user: user.id, status: 'active' }, { limit: shown });
    const consents = await this.consents.list(user.id);
    sendAnswer(reply, { status: 200, page: programsPage({ email: user.email, csrf, grants, more: nextCursor !== null, consents, done }) });
  }

  private user(request: FastifyRequest): Promise<UserEntity | null> {
    return this.sessions.find(readCookie(request, this.cookies, sessionCookie));
  }

  private userBehindForm(body: unknown, request: FastifyRequest): Promise<UserEntity | null> {
    requireCsrfToken(request, this.cookies, form, csrfFieldSchema.safeParse(body).data?._csrf);
    return this.user(request);
  }
}
