import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { UserEntity } from '../accounts/user.entity.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { cookieScope, readCookie } from '../pages/cookies.ts';
import { sessionCookie } from './session-cookie.ts';
import { ConsoleSessions, sessionIdOf } from './sessions.ts';

/** Who a request of the console comes from. */
@Injectable()
export class CurrentPerson {
  private readonly cookies;

  constructor(
    private readonly sessions: ConsoleSessions,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  /** @returns null where nobody is signed in */
  async find(request: FastifyRequest): Promise<{ user: UserEntity; sessionId: string } | null> {
    const token = readCookie(request, this.cookies, sessionCookie);
    const user = await this.sessions.find(token);
    return token === undefined || user === null ? null : { user, sessionId: sessionIdOf(token) };
  }
}
