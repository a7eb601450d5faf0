import type { IdentityAssertionClaims, LinkedSubject } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { isUserId } from '../accounts/user-id.ts';
import { actorOf, recordAudit } from '../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { revokeAuthorization } from '../grants/revoke-authorization.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { tombstoneSeconds } from '../provider/lifetimes.ts';
import { FindTrustedIssuer } from './find-trusted-issuer.ts';
import { LinkedSubjectEntity } from './linked-subject.entity.ts';
import { presentLinkedSubject } from './present-trusted-issuer.ts';

/** A subject is nobody here any more, and what it was given ends. */
@Injectable()
export class UnlinkSubject {
  constructor(
    private readonly dataSource: DataSource,
    private readonly find: FindTrustedIssuer,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @throws Problem `insufficient_scope`, `insufficient_role`, `not_found` (also the second time) */
  async run(caller: IdentityAssertionClaims, issuerId: string, id: string): Promise<LinkedSubject> {
    const { acting, issuer: { org } } = await this.find.toChange(caller, issuerId);
    if (!isUserId(id)) throw new Problem('not_found');
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const row = await manager.findOne(LinkedSubjectEntity, { where: { id, issuerId }, lock: { mode: 'pessimistic_write' } });
      if (row === null) throw new Problem('not_found');
      await manager.delete(LinkedSubjectEntity, { id });
      const alive = await manager.query<{ grantId: string }[]>(
        'SELECT grant_id AS "grantId" FROM authorizations WHERE issuer_id = $1 AND user_id = $2 AND revoked_at IS NULL AND expires_at > now() ORDER BY grant_id',
        [issuerId, row.userId],
      );
      for (const { grantId } of alive) await revokeAuthorization(manager, grantId, tombstoneSeconds(this.env), actorOf(caller));
      await recordAudit(manager, { org, ...actorOf(caller), action: 'trusted_issuer.subject_unlinked', target: { kind: 'user', id: row.userId }, details: { issuer: issuerId, revoked: alive.length } });
      return presentLinkedSubject(row);
    });
  }
}
