import { slugSchema } from '@latchkey/contracts';
import { parse, Problem } from '@latchkey/problem';
import { Body, Controller, Delete, Get, Inject, Patch, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { IDENTITY_ENV, type IdentityEnv } from '../../env.ts';
import { cookieScope, readCookie } from '../../pages/cookies.ts';
import { issueCsrfToken, requireCsrfToken } from '../../pages/csrf.ts';
import { sessionCookie } from '../session-cookie.ts';
import { ConsoleSessions } from '../sessions.ts';
import { ForwardToApi } from './forward-to-api.ts';
import { ShowMe } from './show-me.ts';

const prefix = '/console/api';
const tokenPurpose = 'console:api';
/** Of which organization: its own header, or where a link can set none, the query that lists take anyway. */
const organizationSchema = z.object({ org: slugSchema });
const idempotencyKeySchema = z.string().max(255).regex(/^[\x21-\x7e]+$/).optional();

/** What the console's scripts ask: who is there, and the management API. The browser holds the session cookie and nothing else. */
@Controller('console/api')
export class ConsoleApiController {
  private readonly cookies;

  constructor(
    private readonly sessions: ConsoleSessions,
    private readonly showMe: ShowMe,
    private readonly forward: ForwardToApi,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  @Get('me')
  async me(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { user } = await this.admit(request);
    const [csrf, signOut] = [tokenPurpose, 'console:sign-out'].map((purpose) => issueCsrfToken(request, reply, this.cookies, purpose)) as [string, string];
    void reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).send(await this.showMe.run(user, { csrf, signOut }));
  }

  @Get('v1/*')
  read(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.run(request, reply, undefined);
  }

  @Post('v1/*')
  post(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.change(request, reply, body);
  }

  @Patch('v1/*')
  patch(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.change(request, reply, body);
  }

  @Put('v1/*')
  put(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.change(request, reply, body);
  }

  @Delete('v1/*')
  delete(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.change(request, reply, body);
  }

  private async change(request: FastifyRequest, reply: FastifyReply, body: unknown): Promise<void> {
    const given = request.headers['x-csrf-token'];
    requireCsrfToken(request, this.cookies, tokenPurpose, typeof given === 'string' ? given : undefined);
    const type = request.headers['content-type'];
    // A form of another site cannot say that it is JSON.
    if (type !== undefined && !/^application\/json\s*(?:;|$)/i.test(type)) throw new Problem('invalid_request', { status: 415, detail: 'The content type is not supported here.' });
    await this.run(request, reply, type === undefined ? undefined : body);
  }

  private async run(request: FastifyRequest, reply: FastifyReply, body: unknown): Promise<void> {
    const session = await this.admit(request);
    const url = new URL(request.url, 'http://console');
    const { org } = parse(organizationSchema, { org: request.headers['x-tenant-id'] ?? url.searchParams.get('org') ?? undefined });
    const idempotencyKey = parse(idempotencyKeySchema, request.headers['idempotency-key']);
    const path = request.url.slice(prefix.length);
    await this.forward.run(session, { method: request.method as Dispatcher.HttpMethod, path, org, body, idempotencyKey }, reply, () => this.admit(request));
  }

  /** @throws Problem `policy_violation` for what another site sends, and `token_missing` for whoever is not signed in */
  private async admit(request: FastifyRequest) {
    // Fetch Metadata: every current browser says where a request comes from.
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin') throw new Problem('policy_violation', { detail: 'This is for the console\'s own pages.' });
    const session = await this.sessions.open(readCookie(request, this.cookies, sessionCookie));
    if (session === null) throw new Problem('token_missing', { detail: 'You are not signed in any more.' });
    return session;
  }
}
