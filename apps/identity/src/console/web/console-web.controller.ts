import { Controller, Get, Inject, Param, Query, Req, Res, UseFilters } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { takeConnectPath } from '../../connecting/return-cookie.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../../env.ts';
import { takeInvitationPath } from '../../invitations/return-cookie.ts';
import { sendAnswer } from '../../pages/answer.ts';
import { cookieScope, readCookie } from '../../pages/cookies.ts';
import { PageFilter } from '../../pages/page.filter.ts';
import { sessionCookie } from '../session-cookie.ts';
import { ConsoleSessions } from '../sessions.ts';
import { ConsoleFiles } from './console-files.ts';
import { assetHeaders } from './console-headers.ts';
import { OpenConsole } from './open-console.ts';
import { rememberPath, takePath } from './return-to.ts';

/** Whether a browser takes a coding: named, and not with a weight of nothing. */
const takes = (header: string | string[] | undefined, coding: string): boolean =>
  String(header ?? '').split(',').some((part) => {
    const [name, ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    return name === coding && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });

/** The console as a browser loads it: one page for all of its addresses, and the files that it is made of. */
@Controller('console')
@UseFilters(PageFilter)
export class ConsoleWebController {
  private readonly cookies;

  constructor(
    private readonly sessions: ConsoleSessions,
    private readonly openConsole: OpenConsole,
    private readonly files: ConsoleFiles,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  @Get()
  async start(@Query('org') org: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await this.sessions.open(readCookie(request, this.cookies, sessionCookie));
    if (session === null) return sendAnswer(reply, { redirect: '/console/sign-in' });
    const waiting = takeInvitationPath(request, reply, this.cookies) ?? takeConnectPath(request, reply, this.cookies) ?? takePath(request, reply, this.cookies);
    if (waiting !== null) return sendAnswer(reply, { redirect: waiting });
    return sendAnswer(reply, await this.openConsole.run(session, { org: typeof org === 'string' ? org : undefined, isHome: true }, reply));
  }

  @Get(['orgs/:org', 'orgs/:org/*'])
  async page(@Param('org') org: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await this.sessions.open(readCookie(request, this.cookies, sessionCookie));
    if (session !== null) return sendAnswer(reply, await this.openConsole.run(session, { org, isHome: /^\/console\/orgs\/[^/?]+\/?(?:\?|$)/.test(request.url) }, reply));
    rememberPath(reply, this.cookies, request.url);
    return sendAnswer(reply, { redirect: '/console/sign-in' });
  }

  /** Open to anybody, as the code is. */
  @Get('assets/:name')
  async asset(@Param('name') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const file = this.files.asset(name);
    if (file === undefined) throw new Problem('not_found');
    void reply.headers({ ...assetHeaders, 'content-type': file.type });
    const taken = file.compressed.find(([coding]) => takes(request.headers['accept-encoding'], coding));
    if (taken === undefined) void reply.send(file.plain);
    else void reply.header('content-encoding', taken[0]).send(taken[1]);
  }
}
