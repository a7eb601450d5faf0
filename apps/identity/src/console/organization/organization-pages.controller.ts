import { createInvitationSchema, createOrganizationSchema, orgRoleSchema, printable, slugSchema } from '@latchkey/contracts';
import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { parse, Problem } from '@latchkey/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { UserEntity } from '../../accounts/user.entity.ts';
import { bySession } from '../../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../../env.ts';
import { Invite } from '../../invitations/invite.ts';
import { ResendInvitation } from '../../invitations/resend-invitation.ts';
import { RevokeInvitation } from '../../invitations/revoke-invitation.ts';
import type { Acting } from '../../organizations/acting.ts';
import { ChangeMember } from '../../organizations/change-member.ts';
import { DismissMember } from '../../organizations/dismiss-member.ts';
import { FoundOrganization } from '../../organizations/found-organization.ts';
import { sendAnswer } from '../../pages/answer.ts';
import { cookieScope, readCookie } from '../../pages/cookies.ts';
import { csrfFieldSchema, issueCsrfToken, requireCsrfToken } from '../../pages/csrf.ts';
import { PageFilter } from '../../pages/page.filter.ts';
import { StepUp } from '../../sign-ins/step-up.ts';
import { sessionCookie } from '../session-cookie.ts';
import { ConsoleSessions } from '../sessions.ts';
import { ActingInConsole } from './acting-in-console.ts';
import { newOrganizationPage } from './new-organization-page.ts';
import { ShowMembers } from './show-members.ts';

const orgFieldSchema = z.object({ org: slugSchema });
const roleFormSchema = z.object({ role: orgRoleSchema });
const inviteFormSchema = z.object({ email: createInvitationSchema.shape.email, role: orgRoleSchema });
const membersQuerySchema = orgFieldSchema.extend({ q: z.string().trim().max(100).regex(printable).optional(), cursor: z.string().max(512).optional() });
const newFormSchema = z.object({ name: z.string().max(200).default(''), slug: z.string().max(100).default(''), project: z.string().max(100).default('') });

/** Organizations as pages: a new one, and who belongs to one. */
@Controller('console')
@UseFilters(PageFilter)
export class OrganizationPagesController {
  private readonly cookies;

  constructor(
    private readonly sessions: ConsoleSessions,
    private readonly actingInConsole: ActingInConsole,
    private readonly stepUp: StepUp,
    private readonly showMembers: ShowMembers,
    private readonly foundOrganization: FoundOrganization,
    private readonly changeMember: ChangeMember,
    private readonly dismissMember: DismissMember,
    private readonly invite: Invite,
    private readonly resendInvitation: ResendInvitation,
    private readonly revokeInvitation: RevokeInvitation,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  @Get('organizations/new')
  async newOrganization(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if ((await this.signedIn(request)) === null) return this.toSignIn(reply);
    sendAnswer(reply, { status: 200, page: newOrganizationPage({ csrf: this.issueCsrf(request, reply, 'new-organization') }) });
  }

  @Post('organizations/new')
  async createOrganization(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    this.requireCsrf(request, 'new-organization', body);
    const user = await this.signedIn(request);
    if (user === null) return this.toSignIn(reply);
    const fields = parse(newFormSchema, body);
    try {
      const input = parse(createOrganizationSchema, { name: fields.name, slug: fields.slug });
      const project = parse(z.object({ project: slugSchema }), { project: fields.project }).project;
      await this.foundOrganization.run({ userId: user.id, by: bySession(user.id) }, input, { slug: project, name: project });
      return sendAnswer(reply, { redirect: `/console?org=${input.slug}` });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const page = newOrganizationPage({ ...fields, csrf: this.issueCsrf(request, reply, 'new-organization'), error: error.detail ?? error.message });
      return sendAnswer(reply, { status: error.status, page });
    }
  }

  @Get('members')
  async members(@Query() query: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { org, q, cursor } = parse(membersQuerySchema, query);
    const acting = await this.admit(org, request, reply);
    if (acting !== null) sendAnswer(reply, await this.showMembers.run(acting, { q: q === '' ? undefined : q, cursor, csrf: this.issueCsrf(request, reply, 'members') }));
  }

  @Post('members/invite')
  async sendInvitation(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.act(body, request, reply, (acting) => this.invite.run(acting, { ...parse(inviteFormSchema, body), projects: {} }));
  }

  @Post('members/:user/role')
  async changeRole(@Param('user') user: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.act(body, request, reply, (acting) => this.changeMember.run(acting, user, parse(roleFormSchema, body)));
  }

  @Post('members/:user/remove')
  async remove(@Param('user') user: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.act(body, request, reply, (acting) => this.dismissMember.run(acting, user));
  }

  @Post('invitations/:id/resend')
  async resend(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.act(body, request, reply, (acting) => this.resendInvitation.run(acting, id));
  }

  @Post('invitations/:id/revoke')
  async revoke(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.act(body, request, reply, (acting) => this.revokeInvitation.run(acting, id));
  }

  /** Does what a form on the page of members asks for, and shows the page again; a refusal is shown on it. */
  private async act(body: unknown, request: FastifyRequest, reply: FastifyReply, doIt: (acting: Acting) => Promise<unknown>): Promise<void> {
    this.requireCsrf(request, 'members', body);
    const { org } = parse(orgFieldSchema, body);
    const acting = await this.admit(org, request, reply);
    if (acting === null) return;
    try {
      await doIt(acting);
    } catch (error) {
      if (!(error instanceof Problem) || error.code === 'not_found') throw error;
      return sendAnswer(reply, await this.showMembers.run(acting, { csrf: this.issueCsrf(request, reply, 'members'), refusal: error }));
    }
    return sendAnswer(reply, { redirect: `/console/members?org=${org}` });
  }

  /**
   * Who acts in an organization, once they have signed in as it demands.
   * @returns null where that was answered with another page
   */
  private async admit(org: string, request: FastifyRequest, reply: FastifyReply): Promise<Acting | null> {
    const session = await this.sessions.open(readCookie(request, this.cookies, sessionCookie));
    if (session === null) {
      this.toSignIn(reply);
      return null;
    }
    const acting = await this.actingInConsole.run(session.user, org);
    const first = await this.stepUp.run({ userId: acting.userId, facts: session.facts, org, destination: 'console' }, reply);
    if (first === null) return acting;
    sendAnswer(reply, first);
    return null;
  }

  private signedIn(request: FastifyRequest): Promise<UserEntity | null> {
    return this.sessions.find(readCookie(request, this.cookies, sessionCookie));
  }

  private toSignIn(reply: FastifyReply): void {
    sendAnswer(reply, { redirect: '/console/sign-in' });
  }

  private issueCsrf(request: FastifyRequest, reply: FastifyReply, form: string): string {
    return issueCsrfToken(request, reply, this.cookies, `console:${form}`);
  }

  private requireCsrf(request: FastifyRequest, form: string, body: unknown): void {
    requireCsrfToken(request, this.cookies, `console:${form}`, csrfFieldSchema.safeParse(body).data?._csrf);
  }
}
