import type { IdentityAssertionClaims, OauthClient } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { Problem } from '@latchkey/problem';
import { DataSource, IsNull, type EntityManager } from 'typeorm';
import { ClientEntity } from '../clients/client.entity.ts';
import { ActingMember } from '../organizations/acting-member.ts';
import { TrustedClientEntity } from '../clients/trusted-client.entity.ts';
import { presentOauthClient } from './present-oauth-client.ts';

/** Whether the organization vouches for a client by its id. */
export const isTrusted = (manager: EntityManager, org: string, id: string): Promise<boolean> =>
  manager.existsBy(TrustedClientEntity, { org, kind: 'client', value: id });

/** One client, for members of its organization. */
@Injectable()
export class VisibleOauthClient {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
  ) {}

  /** @throws Problem `not_found` alike for no client, another tenant's, a dynamic and a deleted one */
  async find(org: string, id: string, manager: EntityManager = this.dataSource.manager, lock = false): Promise<ClientEntity> {
    const row = await manager.findOne(ClientEntity, { where: { id, org, deletedAt: IsNull() }, ...(lock ? { lock: { mode: 'for_no_key_update' as const } } : {}) });
    if (row === null) throw new Problem('not_found');
    return row;
  }

  async show(caller: IdentityAssertionClaims, id: string): Promise<OauthClient> {
    const { org } = await this.actingMember.run(caller, 'org:read');
    const row = await this.find(org, id);
    return presentOauthClient(row, await isTrusted(this.dataSource.manager, org, id));
  }
}
