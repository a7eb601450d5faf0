import { createOrganizationSchema, slugSchema } from '@latchkey/contracts';
import { Body, Controller, Get, Inject, Post, Req, Res, UseFilters } from '@nestjs/common';
import { parse, Problem } from '@latchkey/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { UserEntity } from '../../accounts/user.entity.ts';
import { bySession } from '../../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../../env.ts';
import { FoundOrganization } from '../../organizations/found-organization.ts';
import { sendAnswer } from '../../pages/answer.ts';
import { cookieScope, readCookie } from '../../pages/cookies.ts';
import { csrfFieldSchema, issueCsrfToken, requireCsrfToken } from '../../pages/csrf.ts';
import { PageFilter } from '../../pages/page.filter.ts';
import { sessionCookie } from '../session-cookie.ts';
import { ConsoleSessions } from '../sessions.ts';
import { newOrganizationPage } from './new-organization-page.ts';

const csrfPurpose = 'console:new-organization';
const formSchema = z.object({ name: z.string().max(200).default(''), slug: z.string().max(100).default(''), project: z.string().max(100).default('') });

/** A new organization: a page of its own, for somebody who belongs to none has no screen to do it on. */
@Controller('console/organizations/new')
@UseFilters(PageFilter)
export class NewOrganizationController {
  private readonly cookies;

  constructor(
    private readonly sessions: ConsoleSessions,
    private readonly foundOrganization: FoundOrganization,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  @Get()
  async ask(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if ((await this.signedIn(request)) === null) return this.toSignIn(reply);
    sendAnswer(reply, { status: 200, page: newOrganizationPage({ csrf: this.issueCsrf(request, reply) }) });
  }

  @Post()
  async create(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    requireCsrfToken(request, this.cookies, csrfPurpose, csrfFieldSchema.safeParse(body).data?._csrf);
    const user = await this.signedIn(request);
    if (user === null) return this.toSignIn(reply);
    const fields = parse(formSchema, body);
    try {
      const input = parse(createOrganizationSchema, { name: fields.name, slug: fields.slug });
      const project = parse(z.object({ project: slugSchema }), { project: fields.project }).project;
      await this.foundOrganization.run({ userId: user.id, by: bySession(user.id) }, input, { slug: project, name: project });
      return sendAnswer(reply, { redirect: `/console?org=${input.slug}` });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const page = newOrganizationPage({ ...fields, csrf: this.issueCsrf(request, reply), error: error.detail ?? error.message });
      return sendAnswer(reply, { status: error.status, page });
    }
  }

  private signedIn(request: FastifyRequest): Promise<UserEntity | null> {
    return this.sessions.find(readCookie(request, this.cookies, sessionCookie));
  }

  private toSignIn(reply: FastifyReply): void {
    sendAnswer(reply, { redirect: '/console/sign-in' });
  }

  private issueCsrf(request: FastifyRequest, reply: FastifyReply): string {
    return issueCsrfToken(request, reply, this.cookies, csrfPurpose);
  }
}
