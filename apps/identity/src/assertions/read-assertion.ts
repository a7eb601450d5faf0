import { WallClock } from '@latchkey/clock';
import { Inject, Injectable } from '@nestjs/common';
import { decodeJwt, errors as joseErrors, jwtVerify, type JWTPayload } from 'jose';
import { errors } from 'oidc-provider';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { printable } from '@latchkey/contracts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { TrustedIssuerEntity } from './trusted-issuer.entity.ts';

const assertionType = 'oauth-id-jag+jwt';
/** From `iat` to `exp` at most (AS-80). */
const longestSeconds = 600;
export const clockToleranceSeconds = 30;

const text = z.string().min(1).max(255).regex(printable);
const claimsSchema = z.object({
  sub: text,
  jti: z.string().min(1).max(512),
  aud: z.union([z.string(), z.array(z.string()).length(1)]),
  client_id: z.string(),
  resource: z.string().max(2048),
  scope: z.string().max(2048).optional(),
  iat: z.number(),
  exp: z.number(),
  email: z.string().max(320).optional(),
  email_verified: z.boolean().optional(),
  amr: z.array(z.string().max(32)).max(20).optional(),
  auth_time: z.number().optional(),
});
export type AssertionClaims = z.infer<typeof claimsSchema>;

export const refuse = (description: string): InstanceType<typeof errors.InvalidGrant> => new errors.InvalidGrant(description);

/** Reads an identity assertion (ID-JAG) that a client presents: from an issuer that its organization trusts with it, and as good as new. */
@Injectable()
export class ReadAssertion {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: IssuerKeys,
    private readonly clock: WallClock,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @throws InvalidGrant (RFC 7521 section 4.1), TemporarilyUnavailable while the issuer's keys cannot be had */
  async run(assertion: string, client: { id: string; org: string }): Promise<{ issuer: TrustedIssuerEntity; claims: AssertionClaims }> {
    const issuer = await this.trusted(assertion, client);
    const payload = await this.verified(assertion, issuer);
    const parsed = claimsSchema.safeParse(payload);
    if (!parsed.success) throw refuse('the assertion lacks a claim, or has one of another form');
    const claims = parsed.data;
    if (claims.client_id !== client.id) throw refuse('the assertion was given to another client');
    if (claims.exp - claims.iat > longestSeconds) throw refuse('the assertion lives too long');
    if (claims.iat > this.clock.nowSeconds() + clockToleranceSeconds) throw refuse('the assertion is from the future');
    return { issuer, claims };
  }

  /** One answer for an issuer that nobody trusts and one that is not trusted with this client. */
  private async trusted(assertion: string, { id, org }: { id: string; org: string }): Promise<TrustedIssuerEntity> {
    const issuer = unverifiedIssuer(assertion);
    const row = issuer === null ? null : await this.dataSource.manager.findOneBy(TrustedIssuerEntity, { org, issuer });
    if (row === null || !row.clients.includes(id)) throw refuse('the assertion is of no issuer that this client may present');
    return row;
  }

  /** Signature, type, issuer, audience and times; `aud` is ours alone, or the assertion could be shown to others as well. */
  private async verified(assertion: string, { issuer, jwksUri }: TrustedIssuerEntity): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(assertion, this.keys.of(jwksUri), {
        typ: assertionType,
        algorithms: ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'],
        issuer,
        audience: this.env.LATCHKEY_ISSUER,
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(this.clock.nowMs()),
      });
      return payload;
    } catch (error) {
      if (error instanceof joseErrors.JOSEError) throw refuse('the assertion cannot be verified');
      throw error;
    }
  }
}

function unverifiedIssuer(assertion: string): string | null {
  try {
    return decodeJwt(assertion).iss ?? null;
  } catch {
    return null;
  }
}
