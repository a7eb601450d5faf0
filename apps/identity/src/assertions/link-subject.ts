import { randomUUID } from 'node:crypto';
import type { IdentityAssertionClaims, LinkedSubject, LinkSubject as Input } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { isUniqueViolation } from '@latchkey/postgres';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { actorOf, recordAudit } from '../audit/record-audit.ts';
import { FindRole } from '../organizations/find-role.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { FindTrustedIssuer } from './find-trusted-issuer.ts';
import { LinkedSubjectEntity } from './linked-subject.entity.ts';
import { presentLinkedSubject } from './present-trusted-issuer.ts';

/** Says who a member is at a trusted issuer. */
@Injectable()
export class LinkSubject {
  constructor(
    private readonly dataSource: DataSource,
    private readonly find: FindTrustedIssuer,
    private readonly roles: FindRole,
  ) {}

  /** @throws Problem `insufficient_scope`, `insufficient_role`, `not_found`, `invalid_request` for somebody who is no member, `conflict` */
  async run(caller: IdentityAssertionClaims, issuerId: string, { subject, user }: Input): Promise<LinkedSubject> {
    const { acting, issuer: { org } } = await this.find.toChange(caller, issuerId);
    if ((await this.roles.inOrg(user, org)) === null) throw new Problem('invalid_request', { detail: 'user: not a member of the organization', issues: [{ path: 'user', message: 'not a member of the organization' }] });
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const row = manager.create(LinkedSubjectEntity, { id: randomUUID(), issuerId, subject, userId: user, linkedBy: 'owner', createdAt: new Date() });
      try {
        await manager.insert(LinkedSubjectEntity, row);
      } catch (error) {
        if (isUniqueViolation(error)) throw new Problem('conflict', { detail: 'This subject is linked already.', cause: error });
        throw error;
      }
      await recordAudit(manager, { org, ...actorOf(caller), action: 'trusted_issuer.subject_linked', target: { kind: 'user', id: user }, details: { issuer: issuerId, by: 'owner' } });
      return presentLinkedSubject(row);
    });
  }
}
