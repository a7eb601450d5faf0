import { randomUUID } from 'node:crypto';
import type { CreateIdentityProvider, IdentityProvider } from '@latchkey/contracts';
import { WallClock } from '@latchkey/clock';
import { Problem } from '@latchkey/problem';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { providerSecretName } from '../federation/find-provider.ts';
import { RelyingParty } from '../federation/relying-party.ts';
import { MasterKey } from '../keys/master-key.ts';
import type { Acting } from '../organizations/acting.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { ownedOrg } from '../organizations/owned-org.ts';
import { IdentityProviderEntity } from './identity-provider.entity.ts';
import { presentProvider } from './present-provider.ts';

const providersAtMost = 10;

/** Lets the members of an organization sign in at a provider of its own. */
@Injectable()
export class CreateProvider {
  constructor(
    private readonly dataSource: DataSource,
    private readonly masterKey: MasterKey,
    private readonly relyingParty: RelyingParty,
    private readonly clock: WallClock,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @throws Problem `insufficient_role`, `invalid_request` when nothing at the issuer describes it, `conflict` when there are too many */
  async run(acting: Acting, input: CreateIdentityProvider): Promise<IdentityProvider> {
    const org = ownedOrg(acting.member);
    const { label, issuer, clientId, clientSecret, scopes, mfaAcrValues, enabled } = input;
    await this.relyingParty.requireMetadata(issuer, org);
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      if ((await manager.countBy(IdentityProviderEntity, { org })) >= providersAtMost) throw new Problem('conflict', { detail: `An organization has at most ${providersAtMost} providers.` });
      const id = randomUUID();
      const sealedSecret = clientSecret === undefined ? null : this.masterKey.seal(providerSecretName(id), Buffer.from(clientSecret));
      const createdAt = new Date(this.clock.nowMs());
      const row = manager.create(IdentityProviderEntity, { id, org, label, issuer, clientId, sealedSecret, scopes, mfaAcrValues, enabled, revision: 1, createdAt });
      await manager.insert(IdentityProviderEntity, row);
      await recordAudit(manager, { ...acting.by, org, action: 'identity_provider.created', target: { kind: 'identity_provider', id, name: label }, details: { issuer } });
      return presentProvider(row, this.env.LATCHKEY_ISSUER);
    });
  }
}
