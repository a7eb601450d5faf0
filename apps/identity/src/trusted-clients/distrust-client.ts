import type { IdentityAssertionClaims, TrustedClient } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { isUserId } from '../accounts/user-id.ts';
import { cleaned } from '../audit/oauth-author.ts';
import { actorOf, recordAudit } from '../audit/record-audit.ts';
import { TrustedClientEntity } from '../clients/trusted-client.entity.ts';
import { EndUnwelcome } from '../grants/end-unwelcome.ts';
import { ActingMember } from '../organizations/acting-member.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { presentTrustedClient } from './present-trusted-client.ts';

/** Stops vouching. Where the organization lets trusted clients only, this one gets no token any more, and what it had ends. */
@Injectable()
export class DistrustClient {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly actingMember: ActingMember,
    private readonly endUnwelcome: EndUnwelcome,
  ) {}

  /** @throws Problem `insufficient_scope`, `insufficient_role`, `not_found` (also the second time, and for another tenant's entry) */
  async run(caller: IdentityAssertionClaims, id: string): Promise<TrustedClient> {
    const acting = await this.actingMember.acting(caller, 'org:admin');
    const org = administratedOrg(acting.member);
    if (!isUserId(id)) throw new Problem('not_found');
    return this.unitOfWork.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const row = await manager.findOne(TrustedClientEntity, { where: { id, org }, lock: { mode: 'pessimistic_write' } });
      if (row === null) throw new Problem('not_found');
      await manager.delete(TrustedClientEntity, { id });
      await this.endUnwelcome.run(org, actorOf(caller));
      await recordAudit(manager, { org, ...actorOf(caller), action: 'trusted_client.removed', target: { kind: row.kind === 'host' ? 'client_host' : 'client', id: cleaned(row.value) } });
      return presentTrustedClient(row);
    });
  }
}
