import { consistencyOf, stage } from '@latchkey/feed-writer';
import { IsNull, type EntityManager } from 'typeorm';
import { ServerEntity } from '../servers/server.entity.ts';
import { stageServer } from '../servers/stage-server.ts';
import { organizationRecord } from './organization-record.ts';
import { OrganizationEntity } from './organization.entity.ts';

/**
 * Ends an organization for good, under its lock: one record kills every token and key in it, its servers are no longer routed to, and its
 * slug is never given out again. Its rows stay, for the audit log speaks of them.
 * @returns the state in which gateways know of it, and how many servers there were
 */
export async function endOrganization(manager: EntityManager, org: string, at: Date): Promise<{ consistency: string; servers: number }> {
  await manager.update(OrganizationEntity, { slug: org }, { disabledAt: at });
  // greatest: an epoch never goes back, whatever the clock does.
  await manager.query('UPDATE organizations SET epoch = greatest(epoch, floor(extract(epoch FROM clock_timestamp()))::integer) WHERE slug = $1', [org]);
  const record = await organizationRecord(manager, org);
  const consistency = consistencyOf(record, await stage(manager, record));
  // Its domains are free to be proven by others, and who was invited is invited no more.
  await manager.query('DELETE FROM domains WHERE org = $1', [org]);
  await manager.query("UPDATE invitations SET closed_as = 'revoked', closed_at = $2 WHERE org = $1 AND closed_as IS NULL", [org, at]);
  const rows = await manager.find(ServerEntity, { where: { org, deletedAt: IsNull() }, order: { id: 'ASC' }, lock: { mode: 'pessimistic_write' } });
  await manager.update(ServerEntity, { org, deletedAt: IsNull() }, { deletedAt: at, revision: () => 'revision + 1' });
  for (const row of rows) await stageServer(manager, { ...row, deletedAt: at, revision: row.revision + 1 });
  return { consistency, servers: rows.length };
}
