import type { DeletedIdentityProvider } from '@latchkey/contracts';
import { WallClock } from '@latchkey/clock';
import { Injectable } from '@nestjs/common';
import { recordAudit } from '../audit/record-audit.ts';
import { EndUnwelcome } from '../grants/end-unwelcome.ts';
import type { Acting } from '../organizations/acting.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { IdentityProviderEntity } from './identity-provider.entity.ts';
import { visibleProvider } from './visible-provider.ts';

/** Takes a provider away. Who signed in there keeps the account, and what was given on its word alone ends. */
@Injectable()
export class DeleteProvider {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly endUnwelcome: EndUnwelcome,
    private readonly clock: WallClock,
  ) {}

  /** @throws Problem `not_found` (also the second time), `insufficient_role` */
  async run(acting: Acting, id: string): Promise<DeletedIdentityProvider> {
    return this.unitOfWork.transaction(async (manager) => {
      await visibleProvider(manager, acting.member.org, id);
      const org = administratedOrg(acting.member);
      await holdStanding(manager, acting);
      const { label, issuer } = await visibleProvider(manager, org, id, true);
      await manager.delete(IdentityProviderEntity, { id, org });
      await this.endUnwelcome.run(org, acting.by);
      await recordAudit(manager, { ...acting.by, org, action: 'identity_provider.deleted', target: { kind: 'identity_provider', id, name: label }, details: { issuer } });
      return { id, deletedAt: new Date(this.clock.nowMs()).toISOString() };
    });
  }
}
