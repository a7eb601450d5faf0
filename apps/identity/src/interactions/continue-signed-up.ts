import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sessionCookie } from '../console/session-cookie.ts';
import { ConsoleSessions } from '../console/sessions.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { cookieScope, readCookie } from '../pages/cookies.ts';
import { OpenInteraction, type Interaction } from './open-interaction.ts';

/** How long after the confirmation of an account its console session also stands for the sign-in that was asked for. */
const graceSeconds = 300;

/** Signs who has just confirmed a new account in to the authorization request that they came from; consent is still theirs to give. */
@Injectable()
export class ContinueSignedUp {
  private readonly cookies;

  constructor(
    private readonly openInteraction: OpenInteraction,
    private readonly sessions: ConsoleSessions,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  /** @returns where the browser goes on */
  async run(interaction: Interaction, request: FastifyRequest, reply: FastifyReply): Promise<string> {
    const user = await this.sessions.findNewcomer(readCookie(request, this.cookies, sessionCookie), graceSeconds);
    if (user === null || interaction.prompt.name !== 'login') return `/interaction/${interaction.uid}`;
    return this.openInteraction.finish(request, reply, { login: { accountId: user.id, remember: true, amr: ['pwd'] } }, false);
  }
}
