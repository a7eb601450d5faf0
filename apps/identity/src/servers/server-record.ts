import type { ServerRecord } from '@latchkey/contracts';
import type { ServerEntity } from './server.entity.ts';

/** A server as the gateways route to it. */
export function serverRecord(row: Omit<ServerEntity, 'createdAt'>): ServerRecord {
  const { id, slug, org, project, folder, name, url, deletedAt } = row;
  return { kind: 'server', id, slug, org, project, folder, name, url, deletedAt: deletedAt === null ? null : Math.floor(deletedAt.getTime() / 1000) };
}
