import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { cookieScope, readCookie, setCookie } from '../pages/cookies.ts';
import type { SignInFacts } from '../sign-ins/sign-in-facts.ts';
import { sessionCookie } from './session-cookie.ts';
import { ConsoleSessions, sessionSeconds } from './sessions.ts';

/** Signs a browser in to the console. */
@Injectable()
export class ConsoleSignIn {
  private readonly cookies;

  constructor(
    private readonly sessions: ConsoleSessions,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  /** The session is always a new one, and what the browser brought along ends: nobody can have planted it, or knows it from before. */
  async run(userId: string, facts: SignInFacts, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const earlier = readCookie(request, this.cookies, sessionCookie);
    if (earlier !== undefined) await this.sessions.end(earlier);
    setCookie(reply, this.cookies, sessionCookie, await this.sessions.start(userId, facts), sessionSeconds);
  }
}
