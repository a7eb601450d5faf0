import { accessTokenClaimsSchema, accessTokenType, type AccessTokenClaims } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { stage } from '@latchkey/feed-writer';
import { createLocalJWKSet, errors as joseErrors, jwtVerify } from 'jose';
import { DataSource } from 'typeorm';
import { FindMachine } from '../clients/find-machine.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { oauthAuthor } from '../audit/oauth-author.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { KeyBehind } from '../exchange/key-behind.ts';
import { Standings } from '../grants/standing.ts';
import { SigningKeys } from '../keys/signing-keys.ts';

/** Our own access tokens, judged by what the tables say and not by what was once signed (AS-61, AS-62). */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: SigningKeys,
    private readonly standings: Standings,
    private readonly findMachine: FindMachine,
    private readonly keyBehind: KeyBehind,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @returns null for what we did not sign as an access token, or is past its `exp` */
  async read(token: string): Promise<AccessTokenClaims | null> {
    try {
      const { payload } = await jwtVerify(token, createLocalJWKSet(await this.keys.publicKeys()), {
        issuer: this.env.LATCHKEY_ISSUER,
        typ: accessTokenType,
        algorithms: ['ES256', 'RS256'],
      });
      return accessTokenClaimsSchema.parse(payload);
    } catch (error) {
      if (error instanceof joseErrors.JOSEError) return null;
      throw error;
    }
  }

  /** @returns the claims of a token that is good at this moment */
  async active(token: string): Promise<AccessTokenClaims | null> {
    const claims = await this.read(token);
    if (claims === null || !(await this.stands(claims))) return null;
    const source = claims.src?.kind === 'grant' ? claims.src : null;
    const rows = await this.dataSource.query<unknown[]>(
      'SELECT 1 FROM revoked_tokens WHERE jti = ANY($1) UNION ALL SELECT 1 FROM clients WHERE id = $2 AND epoch >= $3',
      [source === null ? [claims.jti] : [claims.jti, source.jti], source?.client ?? claims.client_id, Math.floor(source?.iat ?? claims.iat)],
    );
    return rows.length > 0 ? null : claims;
  }

  /** By what a token lives: a grant, the key that it was cut from, or the machine whose own it is. */
  private async stands(claims: AccessTokenClaims): Promise<boolean> {
    if (claims.src?.kind === 'pat') return this.keyBehind.stands(claims.src, claims);
    return claims.gid === undefined ? this.machineStands(claims) : (await this.standings.find(claims.gid, claims.sid)) !== null;
  }

  /** A token without a grant is a machine's own, and lives by it. */
  private async machineStands({ sub, client_id: client, org, iat }: AccessTokenClaims): Promise<boolean> {
    const machine = sub === client ? await this.findMachine.run(client) : null;
    return machine !== null && machine.org === org && (machine.epoch === null || machine.epoch < Math.floor(iat));
  }

  /** Ends this one token; the authorization it came from lives on. */
  async revoke({ jti, exp, org, sub, gid }: AccessTokenClaims): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const rows = await manager.query<{ at: string }[]>(
        `WITH revoked AS (
           INSERT INTO revoked_tokens (jti, expires_at) VALUES ($1, to_timestamp($2)) ON CONFLICT DO NOTHING RETURNING revoked_at
         )
         SELECT floor(extract(epoch FROM revoked_at))::text AS at FROM revoked`,
        [jti, exp],
      );
      if (rows[0] === undefined) return;
      await stage(manager, { kind: 'token', id: jti, revokedAt: Number(rows[0].at), expiresAt: exp });
      await recordAudit(manager, { org: org ?? null, ...oauthAuthor(), action: 'token.revoked', target: { kind: 'access_token', id: jti }, details: { user: sub, grant: gid ?? null } });
    });
  }
}
