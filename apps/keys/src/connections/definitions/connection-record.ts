import type { ConnectionRecord } from '@latchkey/contracts';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import type { EntityManager } from 'typeorm';
import type { ConnectionEntity } from './connection.entity.ts';

const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

/** A connection as the gateways know it: that there is one, and for whom. */
export function connectionRecord({ id, org, project, server, per, resource, createdAt, revokedAt }: ConnectionEntity): ConnectionRecord {
  return {
    kind: 'connection', id, org, project, server, per, origin: new URL(resource).origin,
    createdAt: seconds(createdAt), createdAtMs: createdAt.getTime(), revokedAt: revokedAt === null ? null : seconds(revokedAt),
  };
}

/** Has every gateway forget what it holds of a connection. @returns `consistency` */
export async function tellGateways(manager: EntityManager, row: ConnectionEntity): Promise<string> {
  const record = connectionRecord(row);
  return consistencyOf(record, await stage(manager, record));
}
