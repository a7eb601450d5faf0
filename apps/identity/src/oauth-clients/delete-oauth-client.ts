import type { DeletedOauthClient, IdentityAssertionClaims } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { stage } from '@latchkey/feed-writer';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { actorOf } from '../audit/record-audit.ts';
import { clientReference } from '../audit/oauth-author.ts';
import { deleteClient } from '../clients/delete-client.ts';
import { TrustedClientEntity } from '../clients/trusted-client.entity.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { tombstoneSeconds } from '../provider/lifetimes.ts';
import { ActingRegistrant } from './acting-registrant.ts';
import { auditName } from './client-name.ts';
import { machineRecord } from './machine-record.ts';
import { VisibleOauthClient } from './visible-oauth-client.ts';

/** Removes a client of an organization, for good: all that was allowed to it ends with it. */
@Injectable()
export class DeleteOauthClient {
  constructor(
    private readonly dataSource: DataSource,
    private readonly registrant: ActingRegistrant,
    private readonly visible: VisibleOauthClient,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found` (also the second time), `insufficient_role`, `policy_violation` */
  async run(caller: IdentityAssertionClaims, id: string): Promise<DeletedOauthClient> {
    const acting = await this.registrant.acting(caller);
    const { member } = acting;
    const { org } = member;
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const row = await this.visible.find(org, id, manager, true);
      await this.registrant.require(caller, member, row);
      const target = { ...clientReference(id), ...auditName(row.metadata) };
      const deleted = await deleteClient(manager, id, tombstoneSeconds(this.env), { action: 'client.deleted', org, ...actorOf(caller), target });
      if (deleted === null) throw new Problem('not_found');
      if (row.machine !== null) await stage(manager, machineRecord(id, org, null));
      await manager.delete(TrustedClientEntity, { kind: 'client', value: id });
      return { id, ...deleted };
    });
  }
}
