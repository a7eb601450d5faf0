import { consistencyOf, stage } from '@latchkey/feed-writer';
import type { EntityManager } from 'typeorm';
import { serverRecord } from './server-record.ts';
import { ServerRevisionEntity } from './server-revision.entity.ts';
import type { ServerEntity } from './server.entity.ts';

/**
 * Tells the gateways what a server is now, and keeps it as the revision that it is, in the transaction of the change.
 * @returns the state in which gateways know of it
 */
export async function stageServer(manager: EntityManager, row: Omit<ServerEntity, 'createdAt'>): Promise<string> {
  const record = serverRecord(row);
  // A revision that is there was staged again, as it is.
  await manager.createQueryBuilder().insert().into(ServerRevisionEntity).values({ server: row.id, revision: row.revision, record }).orIgnore().execute();
  return consistencyOf(record, await stage(manager, record));
}
