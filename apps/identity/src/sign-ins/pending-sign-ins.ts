import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { cookieScope, readCookie, setCookie } from '../pages/cookies.ts';
import type { Destination } from './destination.ts';
import { PendingSignInEntity, type PendingStage } from './pending-sign-in.entity.ts';
import type { SignInFacts } from './sign-in-facts.ts';

const cookieName = 'lk_pending';
const pendingSeconds = 900;

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

export interface NewPendingSignIn {
  destination: Destination;
  stage: PendingStage;
  userId: string | null;
  facts: SignInFacts;
  identity?: Record<string, unknown> | null;
  org?: string | null;
}

/** Sign-ins that take several pages, one a browser: a new one takes the place of the one before. */
@Injectable()
export class PendingSignIns {
  private readonly cookies;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  async start(reply: FastifyReply, { destination, stage, userId, facts, identity = null, org = null }: NewPendingSignIn): Promise<void> {
    const token = randomBytes(32).toString('base64url');
    await this.dataSource.manager.insert(PendingSignInEntity, {
      idHash: hashOf(token),
      destination,
      stage,
      userId,
      amr: [...facts.amr],
      signedInAt: facts.signedInAt,
      identity: identity as never,
      org,
      expiresAt: new Date(Date.now() + pendingSeconds * 1000),
    });
    setCookie(reply, this.cookies, cookieName, token, pendingSeconds);
  }

  /** @returns null when this browser has none at that stage */
  async find(request: FastifyRequest, stage: PendingStage): Promise<PendingSignInEntity | null> {
    const token = readCookie(request, this.cookies, cookieName);
    if (token === undefined) return null;
    const found = await this.dataSource.manager.findOneBy(PendingSignInEntity, { idHash: hashOf(token), stage });
    return found === null || found.expiresAt.getTime() <= Date.now() ? null : found;
  }

  /**
   * Ends one, for the one caller who gets it: of requests that race, the others get null.
   * @param destination  has to be the one that it was begun for
   */
  async take(request: FastifyRequest, stage: PendingStage, destination: Destination): Promise<PendingSignInEntity | null> {
    const found = await this.find(request, stage);
    if (found === null || found.destination !== destination) return null;
    const { affected } = await this.dataSource.manager.delete(PendingSignInEntity, { idHash: found.idHash, stage });
    return affected === 1 ? found : null;
  }
}
