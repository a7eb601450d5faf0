import type { DistrustedIssuer, IdentityAssertionClaims } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { cleaned } from '../audit/oauth-author.ts';
import { actorOf, recordAudit } from '../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { revokeAuthorization } from '../grants/revoke-authorization.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { tombstoneSeconds } from '../provider/lifetimes.ts';
import { FindTrustedIssuer } from './find-trusted-issuer.ts';
import { TrustedIssuerEntity } from './trusted-issuer.entity.ts';

/** Ends the trust in an issuer, and everything that lives by its assertions. */
@Injectable()
export class DistrustIssuer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly find: FindTrustedIssuer,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @throws Problem `insufficient_scope`, `insufficient_role`, `not_found` (also the second time) */
  async run(caller: IdentityAssertionClaims, id: string): Promise<DistrustedIssuer> {
    const { acting, issuer: { org, issuer } } = await this.find.toChange(caller, id);
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const { affected } = await manager.delete(TrustedIssuerEntity, { id });
      if (affected !== 1) throw new Problem('not_found');
      // In the order of their subjects, as for all that is staged in one transaction.
      const alive = await manager.query<{ grantId: string }[]>(
        'SELECT grant_id AS "grantId" FROM authorizations WHERE issuer_id = $1 AND revoked_at IS NULL AND expires_at > now() ORDER BY grant_id',
        [id],
      );
      let consistency: string | null = null;
      for (const { grantId } of alive) consistency = (await revokeAuthorization(manager, grantId, tombstoneSeconds(this.env), actorOf(caller)))?.consistency ?? consistency;
      const details = { issuer: cleaned(issuer), revoked: alive.length };
      await recordAudit(manager, { org, ...actorOf(caller), action: 'trusted_issuer.removed', target: { kind: 'trusted_issuer', id }, details });
      return { id, revoked: alive.length, consistency };
    });
  }
}
