import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as client from 'openid-client';
import { DataSource } from 'typeorm';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { openUnderSecret, sealUnderSecret } from '../keys/seal-under-secret.ts';
import { cookieScope, readCookie, setCookie } from '../pages/cookies.ts';
import type { Destination } from '../sign-ins/destination.ts';
import { FederationStateEntity } from './federation-state.entity.ts';
import type { ForeignProvider } from './foreign-provider.ts';
import { RelyingParty, type SignInChecks } from './relying-party.ts';

const cookieName = 'lk_federation';
const purpose = 'federation state';
const stateSeconds = 900;

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Sends browsers to other providers, and knows them again when they come back. */
@Injectable()
export class BeginSignIn {
  private readonly cookies;

  constructor(
    private readonly dataSource: DataSource,
    private readonly relyingParty: RelyingParty,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.cookies = cookieScope(env.LATCHKEY_ISSUER);
  }

  /** @returns where the browser goes */
  async run(provider: ForeignProvider, destination: Destination, again: boolean, request: FastifyRequest, reply: FastifyReply): Promise<string> {
    const checks = { state: client.randomState(), nonce: client.randomNonce(), verifier: client.randomPKCECodeVerifier() };
    const url = await this.relyingParty.authorizationUrl(provider, checks, again);
    const known = readCookie(request, this.cookies, cookieName);
    const browser = known !== undefined && /^[A-Za-z0-9_-]{43}$/.test(known) ? known : randomBytes(32).toString('base64url');
    await this.dataSource.manager.insert(FederationStateEntity, {
      stateHash: hashOf(checks.state),
      browserHash: hashOf(browser),
      provider: provider.key,
      destination,
      sealed: sealUnderSecret(checks.state, purpose, { nonce: checks.nonce, verifier: checks.verifier }),
      expiresAt: new Date(Date.now() + stateSeconds * 1000),
    });
    setCookie(reply, this.cookies, cookieName, browser, stateSeconds);
    return url.href;
  }

  /**
   * Takes up what this browser began at this provider, once: a state of another browser is not even used up by it (login CSRF).
   * @returns null when there is nothing such
   */
  async takeUp(provider: ForeignProvider, state: string | null, request: FastifyRequest): Promise<{ destination: string; checks: SignInChecks } | null> {
    const browser = readCookie(request, this.cookies, cookieName);
    if (state === null || state.length > 128 || browser === undefined) return null;
    const rows = await this.dataSource.query<{ destination: string; sealed: Buffer }[]>(
      `WITH taken AS (
         DELETE FROM federation_states WHERE state_hash = $1 AND browser_hash = $2 AND provider = $3 AND expires_at > now()
         RETURNING destination, sealed
       )
       SELECT * FROM taken`,
      [hashOf(state), hashOf(browser), provider.key],
    );
    const row = rows[0];
    if (row === undefined) return null;
    const sealed = openUnderSecret(state, purpose, row.sealed) as Omit<SignInChecks, 'state'>;
    return { destination: row.destination, checks: { ...sealed, state } };
  }
}
