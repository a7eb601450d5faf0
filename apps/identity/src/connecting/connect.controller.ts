import { ownConnectionSchema, type ConnectAnswer } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { Body, Controller, Get, Inject, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sessionCookie } from '../console/session-cookie.ts';
import { ConsoleSessions } from '../console/sessions.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { sendAnswer, type PageAnswer } from '../pages/answer.ts';
import { cookieScope, readCookie } from '../pages/cookies.ts';
import { browserMark, csrfFieldSchema, issueCsrfToken, requireCsrfToken } from '../pages/csrf.ts';
import { PageFilter } from '../pages/page.filter.ts';
import { OidcEngine } from '../provider/oidc-engine.ts';
import { AskConnecting } from './ask-connecting.ts';
import { connectedPage, connectPage, connectSignInPage, turnedAwayPage } from './connect-pages.ts';
import { isTicket, rememberTicket } from './return-cookie.ts';

const form = 'connect';
const purpose = 'connecting';
const valueSchema = z.object({ value: ownConnectionSchema.shape.value });

/** Where people connect themselves with what is behind a server. Who they are is known here; what they connect with, to the key service alone. */
@Controller()
@UseFilters(PageFilter)
export class ConnectController {
  private readonly cookies;
  private readonly callbackUrl: string;

  constructor(
    private readonly sessions: ConsoleSessions,
    private readonly ask: AskConnecting,
    private readonly engine: OidcEngine,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
    this.callbackUrl = `${env.LATCHKEY_ISSUER}/v1/connections/callback`;
  }

  /** Where it is certain that nobody but the person asked, and there is nothing to type in or new to agree to, there is nothing to ask either. */
  @Get('connect/:ticket')
  async show(@Param('ticket') ticket: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const visitor = await this.visitor(request);
    const found = await this.ask.run({ connect: 'look', ticket: ticketOf(ticket), ...visitor });
    if (found.outcome === 'sign_in') return sendAnswer(reply, { status: 200, page: connectSignInPage(ticket) });
    if (found.outcome !== 'open') return sendAnswer(reply, answerOf(found));
    if (found.known && found.client === null && found.kind === 'oauth' && found.wants.length === 0 && visitor.browser !== null) {
      return sendAnswer(reply, answerOf(await this.ask.run({ connect: 'begin', ticket, callback: this.callbackUrl, ...visitor })));
    }
    return sendAnswer(reply, await this.page(found, ticket, request, reply));
  }

  @Get('connect/:ticket/sign-in')
  signIn(@Param('ticket') ticket: string, @Res() reply: FastifyReply): void {
    rememberTicket(reply, this.cookies, ticketOf(ticket));
    sendAnswer(reply, { redirect: '/console/sign-in' });
  }

  @Post('connect/:ticket')
  async connect(@Param('ticket') ticket: string, @Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    requireCsrfToken(request, this.cookies, form, csrfFieldSchema.safeParse(body).data?._csrf);
    const visitor = await this.visitor(request);
    const found = await this.ask.run({ connect: 'look', ticket: ticketOf(ticket), ...visitor });
    if (found.outcome !== 'open') return sendAnswer(reply, answerOf(found));
    if (found.kind === 'oauth') return sendAnswer(reply, answerOf(await this.ask.run({ connect: 'begin', ticket, callback: this.callbackUrl, ...visitor })));
    const given = valueSchema.safeParse(body);
    if (!given.success) return sendAnswer(reply, await this.page(found, ticket, request, reply, 'A header cannot hold this. Take out spaces around it and special characters.'));
    return sendAnswer(reply, answerOf(await this.ask.run({ connect: 'give', ticket, value: given.data.value, ...visitor })));
  }

  @Get('v1/connections/callback')
  async callback(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const url = request.raw.url ?? '';
    const query = url.includes('?') ? url.slice(url.indexOf('?') + 1, url.indexOf('?') + 8192) : '';
    sendAnswer(reply, answerOf(await this.ask.run({ connect: 'finish', query, callback: this.callbackUrl, ...(await this.visitor(request)) })));
  }

  /** What we are to authorization servers that read clients from their documents. It has to be reachable from where they are. */
  @Get('v1/connections/client')
  client(@Res() reply: FastifyReply): void {
    const document = {
      client_id: new URL('client', this.callbackUrl).href, client_name: 'Latchkey', redirect_uris: [this.callbackUrl], grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], token_endpoint_auth_method: 'none',
    };
    void reply.headers({ 'content-type': 'application/json', 'cache-control': 'public, max-age=3600', 'x-content-type-options': 'nosniff' }).send(JSON.stringify(document));
  }

  private async page(connection: Extract<ConnectAnswer, { outcome: 'open' }>, ticket: string, request: FastifyRequest, reply: FastifyReply, error?: string): Promise<PageAnswer> {
    const csrf = issueCsrfToken(request, reply, this.cookies, form);
    const clientName = connection.client === null ? null : await this.clientName(connection.client);
    return { status: error === undefined ? 200 : 422, page: connectPage({ connection, ticket, csrf, clientName, ...(error === undefined ? {} : { error }) }) };
  }

  private async clientName(id: string): Promise<string | null> {
    const client = await this.engine.provider.Client.find(id).catch(() => undefined);
    return client?.clientName ?? null;
  }

  private async visitor(request: FastifyRequest): Promise<{ user: string | null; browser: string | null }> {
    const user = await this.sessions.find(readCookie(request, this.cookies, sessionCookie));
    return { user: user?.id ?? null, browser: browserMark(request, this.cookies, purpose) };
  }
}

function ticketOf(text: string): string {
  if (!isTicket(text)) throw new Problem('not_found');
  return text;
}

/** What the key service said, as a page; or the way back that the connection's list allows. */
function answerOf(answer: ConnectAnswer): PageAnswer {
  switch (answer.outcome) {
    case 'open':
      throw new Error('a connection that is open is asked about, not answered');
    case 'go':
      return { redirect: answer.url };
    case 'connected':
    case 'denied':
    case 'failed': {
      const { outcome, name, returnTo } = answer;
      if (returnTo === null) return { status: outcome === 'connected' ? 200 : 400, page: connectedPage(outcome, name) };
      const url = new URL(returnTo);
      url.searchParams.set('connection', outcome);
      return { redirect: url.href };
    }
    default:
      return { status: answer.outcome === 'gone' ? 404 : 403, page: turnedAwayPage(answer.outcome) };
  }
}
