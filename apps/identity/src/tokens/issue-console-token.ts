import { randomUUID } from 'node:crypto';
import { accessTokenType, type Scope } from '@latchkey/contracts';
import { WallClock } from '@latchkey/clock';
import { resources } from '@latchkey/oauth';
import { Inject, Injectable } from '@nestjs/common';
import { importJWK, SignJWT } from 'jose';
import { consoleClientId } from '../clients/first-party.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { SigningKeys } from '../keys/signing-keys.ts';

/** Long enough for the one call it is made for. */
const lifetimeSeconds = 60;

/**
 * A token with which the console calls the management API for somebody who is signed in to it. It never leaves this process but towards
 * the gateway, which judges it like any other: role, membership and epochs of its owner apply.
 */
@Injectable()
export class IssueConsoleToken {
  constructor(
    private readonly keys: SigningKeys,
    private readonly clock: WallClock,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  async run(owner: { userId: string; org: string }, scopes: readonly Scope[]): Promise<string> {
    const key = (await this.keys.load()).jwks.keys.find(({ alg }) => alg === 'ES256');
    if (key?.kid === undefined) throw new Error('There is no ES256 signing key');
    const now = this.clock.nowSeconds();
    return new SignJWT({ client_id: consoleClientId, scope: scopes.join(' '), org: owner.org })
      .setProtectedHeader({ alg: 'ES256', typ: accessTokenType, kid: key.kid })
      .setIssuer(this.env.LATCHKEY_ISSUER)
      .setSubject(owner.userId)
      .setAudience(resources(this.env.LATCHKEY_GATEWAY_URL).management)
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setExpirationTime(now + lifetimeSeconds)
      .sign(await importJWK(key, 'ES256'));
  }
}
