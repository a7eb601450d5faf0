import type { Server } from '@latchkey/contracts';
import { resources } from '@latchkey/oauth';
import type { ServerEntity } from './server.entity.ts';

/** A server as the API shows it. */
export function presentServer(row: ServerEntity, gatewayUrl: string): Server {
  const { id, org, project, folder, slug, name, url } = row;
  return { id, org, project, folder, slug, name, url, resource: resources(gatewayUrl).server(slug), createdAt: row.createdAt.toISOString() };
}
