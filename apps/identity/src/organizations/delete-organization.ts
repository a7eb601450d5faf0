import type { DeletedOrganization } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { Problem } from '@latchkey/problem';
import { DataSource, IsNull, type EntityManager } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import { serverRecord } from '../servers/server-record.ts';
import { ServerEntity } from '../servers/server.entity.ts';
import { requireStanding, type Acting } from './acting.ts';
import { lockOrganization } from './member-record.ts';
import { organizationRecord } from './organization-record.ts';
import { OrganizationEntity } from './organization.entity.ts';

/**
 * Ends an organization for good: one record kills every token and key in it, its servers are no longer routed to, and its slug is never
 * given out again. Its rows stay, for the audit log speaks of them.
 */
@Injectable()
export class DeleteOrganization {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: WallClock,
  ) {}

  /** @throws Problem `insufficient_role` for everybody but an owner */
  async run(acting: Acting): Promise<DeletedOrganization> {
    const { org, role } = acting.member;
    if (role !== 'owner') throw new Problem('insufficient_role', { detail: 'Only an owner may delete an organization.' });
    const deletedAt = new Date(this.clock.nowMs());
    return this.dataSource.transaction(async (manager) => {
      await lockOrganization(manager, org);
      await requireStanding(manager, acting);
      await manager.update(OrganizationEntity, { slug: org }, { disabledAt: deletedAt });
      // greatest: an epoch never goes back, whatever the clock does.
      await manager.query('UPDATE organizations SET epoch = greatest(epoch, floor(extract(epoch FROM clock_timestamp()))::integer) WHERE slug = $1', [org]);
      const record = await organizationRecord(manager, org);
      const consistency = consistencyOf(record, await stage(manager, record));
      // Its domains are free to be proven by others, and who was invited is invited no more.
      await manager.query('DELETE FROM domains WHERE org = $1', [org]);
      await manager.query("UPDATE invitations SET closed_as = 'revoked', closed_at = $2 WHERE org = $1 AND closed_as IS NULL", [org, deletedAt]);
      const servers = await deleteServers(manager, org, deletedAt);
      await recordAudit(manager, { ...acting.by, org, action: 'org.deleted', target: { kind: 'org', id: org }, details: { servers } });
      return { slug: org, deletedAt: deletedAt.toISOString(), consistency };
    });
  }
}

/** @returns how many there were */
async function deleteServers(manager: EntityManager, org: string, deletedAt: Date): Promise<number> {
  const rows = await manager.find(ServerEntity, { where: { org, deletedAt: IsNull() }, order: { id: 'ASC' }, lock: { mode: 'pessimistic_write' } });
  await manager.update(ServerEntity, { org, deletedAt: IsNull() }, { deletedAt });
  for (const row of rows) await stage(manager, serverRecord({ ...row, deletedAt }));
  return rows.length;
}
