import type { Server, ServerHealth, ShownServer } from '@latchkey/contracts';
import { resources } from '@latchkey/oauth';
import { settingsOf } from './settings-of.ts';
import type { ServerEntity } from './server.entity.ts';

/** A server as the API shows it. */
export function presentServer(row: ServerEntity, health: ServerHealth, gatewayUrl: string): Server {
  const { id, org, project, folder, slug, name, url, revision, createdAt } = row;
  return { id, org, project, folder, slug, name, url, resource: resources(gatewayUrl).server(slug), ...settingsOf(row), revision, health, createdAt: createdAt.toISOString() };
}

/** The same with what a gateway found when it last looked. */
export const presentWhole = (row: ServerEntity, health: ServerHealth, gatewayUrl: string): ShownServer => ({ ...presentServer(row, health, gatewayUrl), probe: row.probe });
