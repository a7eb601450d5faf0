import type { IdentityAssertionClaims, ListOauthClientsQuery, OauthClient } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import { ClientEntity } from '../clients/client.entity.ts';
import { TrustedClientEntity } from '../clients/trusted-client.entity.ts';
import { ActingMember } from '../organizations/acting-member.ts';
import { pageOf } from '../organizations/page.ts';
import { presentOauthClient } from './present-oauth-client.ts';

/** What a search text stands for in LIKE: itself. */
const literally = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

const kinds = {
  machine: 'row.machine IS NOT NULL',
  public: "row.machine IS NULL AND row.metadata->>'token_endpoint_auth_method' = 'none'",
  confidential: "row.machine IS NULL AND row.metadata->>'token_endpoint_auth_method' <> 'none'",
} as const;

/** The clients of an organization; or those of nobody that its members have connected. */
@Injectable()
export class ListOauthClients {
  constructor(
    private readonly dataSource: DataSource,
    private readonly actingMember: ActingMember,
  ) {}

  async run(caller: IdentityAssertionClaims, query: ListOauthClientsQuery): Promise<{ items: OauthClient[]; nextCursor: string | null }> {
    const { org } = await this.actingMember.run(caller, 'org:read', query.org);
    const manager = this.dataSource.manager;
    const clients = manager.createQueryBuilder(ClientEntity, 'row').where('row.deletedAt IS NULL');
    if (query.origin === 'registered') clients.andWhere('row.org = :org', { org });
    else {
      const connected = 'SELECT 1 FROM authorizations a WHERE a.client_id = row.id AND a.org = :org AND a.revoked_at IS NULL AND a.expires_at > now()';
      clients.andWhere(`row.org IS NULL AND EXISTS (${connected})`, { org });
    }
    if (query.kind !== undefined) clients.andWhere(kinds[query.kind]);
    if (query.q !== undefined) clients.andWhere("(row.id ILIKE :q OR row.metadata->>'client_name' ILIKE :q)", { q: literally(query.q) });
    const { rows, nextCursor } = await pageOf(clients, { key: 'row.id', limit: query.limit, cursor: query.cursor });
    const trusted = await manager.findBy(TrustedClientEntity, { org, kind: 'client', value: In(rows.map(({ id }) => id)) });
    const values = new Set(trusted.map(({ value }) => value));
    return { items: rows.map((row) => presentOauthClient(row, values.has(row.id))), nextCursor };
  }
}
