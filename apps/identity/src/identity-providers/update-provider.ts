import type { IdentityProvider, UpdateIdentityProvider } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { recordAudit } from '../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { providerSecretName } from '../federation/find-provider.ts';
import { EndUnwelcome } from '../grants/end-unwelcome.ts';
import { MasterKey } from '../keys/master-key.ts';
import type { Acting } from '../organizations/acting.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { ownedOrg } from '../organizations/owned-org.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { IdentityProviderEntity } from './identity-provider.entity.ts';
import { presentProvider } from './present-provider.ts';
import { visibleProvider } from './visible-provider.ts';

/** Changes how an organization's provider is used. Switched off, it signs nobody in, and its word counts no more. */
@Injectable()
export class UpdateProvider {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly endUnwelcome: EndUnwelcome,
    private readonly masterKey: MasterKey,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @throws Problem `not_found`, `insufficient_role` */
  async run(acting: Acting, id: string, input: UpdateIdentityProvider): Promise<IdentityProvider> {
    return this.unitOfWork.transaction(async (manager) => {
      await visibleProvider(manager, acting.member.org, id);
      const org = ownedOrg(acting.member);
      await holdStanding(manager, acting);
      const row = await visibleProvider(manager, org, id, true);
      const { clientSecret, ...plain } = input;
      const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
      const secret = clientSecret === undefined ? {} : { sealedSecret: clientSecret === null ? null : this.masterKey.seal(providerSecretName(id), Buffer.from(clientSecret)) };
      const next = manager.create(IdentityProviderEntity, { ...row, ...given, ...secret, revision: row.revision + 1 });
      await manager.save(IdentityProviderEntity, next);
      await this.endUnwelcome.run(org, acting.by);
      const details = { changed: Object.keys(input), enabled: next.enabled };
      await recordAudit(manager, { ...acting.by, org, action: 'identity_provider.changed', target: { kind: 'identity_provider', id, name: next.label }, details });
      return presentProvider(next, this.env.LATCHKEY_ISSUER);
    });
  }
}
