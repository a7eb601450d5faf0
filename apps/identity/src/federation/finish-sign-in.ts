import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '@latchkey/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { FindAccount } from '../accounts/find-account.ts';
import type { UserEntity } from '../accounts/user.entity.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { sessionCookie } from '../console/session-cookie.ts';
import { ConsoleSessions } from '../console/sessions.ts';
import { signInAgainPage } from '../console/sign-in-again-page.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import type { PageAnswer } from '../pages/answer.ts';
import { cookieScope, readCookie } from '../pages/cookies.ts';
import { continuePath, destinationSchema, startPath, type Destination } from '../sign-ins/destination.ts';
import { mayChangeSignIn } from '../sign-ins/fresh.ts';
import { PendingSignIns } from '../sign-ins/pending-sign-ins.ts';
import { federatedFacts, type SignInFacts } from '../sign-ins/sign-in-facts.ts';
import { LOGGER } from '../tokens.ts';
import { BeginSignIn } from './begin-sign-in.ts';
import { failurePage } from './failure-pages.ts';
import { reachFor, severalFactors, type ForeignClaims } from './foreign-claims.ts';
import type { ForeignProvider } from './foreign-provider.ts';
import { RecognizePerson } from './recognize-person.ts';
import { RelyingParty } from './relying-party.ts';

/** Takes the browser that comes back from another provider. */
@Injectable()
export class FinishSignIn {
  private readonly cookies;

  constructor(
    private readonly dataSource: DataSource,
    private readonly beginSignIn: BeginSignIn,
    private readonly relyingParty: RelyingParty,
    private readonly recognizePerson: RecognizePerson,
    private readonly pendingSignIns: PendingSignIns,
    private readonly sessions: ConsoleSessions,
    private readonly accounts: FindAccount,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  async run(provider: ForeignProvider, answer: URLSearchParams, request: FastifyRequest, reply: FastifyReply): Promise<PageAnswer> {
    const taken = await this.beginSignIn.takeUp(provider, answer.get('state'), request);
    if (taken === null) return { status: 400, page: failurePage('unknown', provider.label) };
    const destination = destinationSchema.parse(taken.destination);
    if (answer.has('error')) {
      await this.refused(provider, answer.get('error') === 'access_denied' ? 'access_denied' : 'provider_error');
      return { status: 400, page: failurePage(answer.get('error') === 'access_denied' ? 'declined' : 'failed', provider.label, startPath(destination)) };
    }
    let claims: ForeignClaims;
    try {
      claims = await this.relyingParty.claims(provider, answer, taken.checks);
    } catch (error) {
      // The error may quote what was answered, tokens included: only its name and code are written down.
      const { name, code } = error as { name?: string; code?: string };
      this.logger.warn({ provider: provider.key, error: name, code }, 'a foreign sign-in could not be verified');
      await this.refused(provider, 'not_verified');
      return { status: 502, page: failurePage('failed', provider.label, startPath(destination)) };
    }
    return this.verified(provider, claims, destination, request, reply);
  }

  private async verified(provider: ForeignProvider, claims: ForeignClaims, destination: Destination, request: FastifyRequest, reply: FastifyReply): Promise<PageAnswer> {
    const facts = this.facts(provider, claims, null);
    const { sub: subject, email = null } = claims;
    const identity = { provider: provider.key, issuer: provider.issuer, subject, email, label: provider.label };
    if (destination === 'connect') {
      const session = await this.sessions.open(readCookie(request, this.cookies, sessionCookie));
      if (session === null) return { redirect: '/console/sign-in' };
      if (!mayChangeSignIn(session.facts)) return { status: 403, page: signInAgainPage() };
      await this.pendingSignIns.start(reply, { destination, stage: 'link', userId: session.user.id, facts, identity });
      return { redirect: '/sign-in/link' };
    }
    const recognition = await this.recognizePerson.run(provider, claims);
    if (recognition.outcome === 'disabled') {
      await this.refused(provider, 'owner_disabled');
      return { status: 403, page: failurePage('disabled', provider.label, startPath(destination)) };
    }
    if (recognition.outcome === 'unknown') {
      const hint = recognition.hasAccount ? { ...identity, hasAccount: true } : identity;
      await this.pendingSignIns.start(reply, { destination, stage: 'link', userId: null, facts, identity: hint });
      return { redirect: '/sign-in/link' };
    }
    const { userId } = recognition;
    await recordAudit(this.dataSource.manager, { org: null, actor: { kind: 'user', id: userId }, action: 'sign_in.succeeded', details: { method: 'federated', provider: provider.key } });
    const account = await this.accounts.user(userId);
    await this.pendingSignIns.start(reply, { destination, stage: 'ready', userId, facts: this.facts(provider, claims, account) });
    return { redirect: continuePath(destination) };
  }

  private facts(provider: ForeignProvider, claims: ForeignClaims, account: UserEntity | null): SignInFacts {
    const now = Date.now();
    const signedInMs = claims.auth_time === undefined ? now : Math.min(claims.auth_time * 1000, now);
    return federatedFacts({ provider: provider.key, severalFactors: severalFactors(provider, claims), reach: reachFor(provider, account), signedInAt: new Date(signedInMs) });
  }

  private async refused(provider: ForeignProvider, reason: string): Promise<void> {
    await recordAudit(this.dataSource.manager, {
      org: provider.org,
      actor: { kind: 'anonymous', id: null },
      action: 'sign_in.refused',
      outcome: 'refused',
      details: { method: 'federated', provider: provider.key, reason },
    });
  }
}
