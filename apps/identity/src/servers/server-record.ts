import { defaultServerSettings, type ServerRecord, type ServerSettings } from '@latchkey/contracts';
import { settingsOf } from './settings-of.ts';
import type { ServerEntity } from './server.entity.ts';

/** Only what differs from the defaults: most servers have nothing of it, and a record is kept by every gateway. */
function unusual(settings: ServerSettings): Partial<ServerSettings> {
  return Object.fromEntries(Object.entries(settings).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(defaultServerSettings[name as keyof ServerSettings])));
}

/** A server as the gateways route to it. */
export function serverRecord(row: Omit<ServerEntity, 'createdAt'>): ServerRecord {
  const { id, slug, org, project, folder, name, url, revision, tools, deletedAt } = row;
  const settings = unusual(settingsOf(row));
  return {
    kind: 'server', id, slug, org, project, folder, name, url, revision,
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
    ...(Object.keys(tools).length === 0 ? {} : { tools }),
    deletedAt: deletedAt === null ? null : Math.floor(deletedAt.getTime() / 1000),
  };
}
