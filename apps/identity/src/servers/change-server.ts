import { serverSettingsSchema, type ChangeServer as Change, type IdentityAssertionClaims, type RegisteredServer } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { roleScopes } from '@latchkey/access';
import { Problem } from '@latchkey/problem';
import { DataSource, IsNull } from 'typeorm';
import { recordAudit, type AuditEntry } from '../audit/record-audit.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { healthOf } from './health-of.ts';
import { holdPlace } from './hold-place.ts';
import { presentWhole } from './present-server.ts';
import { checkSettings } from './check-settings.ts';
import { ServerEntity } from './server.entity.ts';
import { settingsOf } from './settings-of.ts';
import { stageServer } from './stage-server.ts';
import { checkUpstreamUrl } from './upstream-url.ts';
import { VisibleServer } from './visible-server.ts';

type Details = NonNullable<AuditEntry['details']>;

/** Which parts changed; of those that fit into a line, also what they were and are. */
function differences(before: ServerEntity, after: ServerEntity): Details {
  const one = { name: before.name, upstream: new URL(before.url).origin, url: before.url, folder: before.folder, ...settingsOf(before) };
  const other: typeof one = { name: after.name, upstream: new URL(after.url).origin, url: after.url, folder: after.folder, ...settingsOf(after) };
  const changed = (Object.keys(one) as (keyof typeof one)[]).filter((part) => part !== 'upstream' && JSON.stringify(one[part]) !== JSON.stringify(other[part]));
  // Of a URL only where it leads: its path may be nobody else's business.
  const told = (['name', 'upstream', 'folder', 'tokenUrls', 'listed'] as const).filter((part) => one[part] !== other[part]);
  return { changed, ...Object.fromEntries(told.flatMap((part) => [[`${part}_before`, one[part]], [`${part}_after`, other[part]]])) };
}

/** Changes a server, and tells the gateways. */
@Injectable()
export class ChangeServer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly visibleServer: VisibleServer,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found`, `insufficient_role`, `invalid_request`, `conflict` for a change that was made from another revision */
  async run(caller: IdentityAssertionClaims, slug: string, change: Change): Promise<RegisteredServer> {
    const { row: seen, acting } = await this.visibleServer.find(caller, 'servers:write', slug);
    if (!roleScopes(acting.member, seen.project).has('servers:write')) throw new Problem('insufficient_role');
    const { revision, name, url, folder, ...settings } = change;
    if (url !== undefined) checkUpstreamUrl(url, this.env.LATCHKEY_ALLOW_PRIVATE_UPSTREAMS);
    checkSettings(settings);
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting, [seen.project]);
      const before = await manager.findOne(ServerEntity, { where: { slug, deletedAt: IsNull() }, lock: { mode: 'pessimistic_write' } });
      if (before === null) throw new Problem('not_found');
      if (revision !== undefined && revision !== before.revision) throw new Problem('conflict', { detail: `The server is at revision ${before.revision} by now; look at it again.` });
      if (folder !== undefined) await holdPlace(manager, { ...before, folder });
      const after = manager.create(ServerEntity, {
        ...before,
        name: name ?? before.name,
        url: url ?? before.url,
        folder: folder === undefined ? before.folder : folder,
        settings: serverSettingsSchema.parse({ ...before.settings, ...given(settings) }),
        revision: before.revision + 1,
      });
      await manager.update(ServerEntity, { id: before.id }, { name: after.name, url: after.url, folder: after.folder, settings: after.settings, revision: after.revision });
      const details = { ...differences(before, after), revision: after.revision };
      await recordAudit(manager, { org: after.org, ...acting.by, action: 'server.changed', target: { kind: 'server', id: slug, name: after.name }, details });
      const health = await healthOf(manager, [after.id]);
      return { ...presentWhole(after, health(after.id), this.env.LATCHKEY_GATEWAY_URL), consistency: await stageServer(manager, after) };
    });
  }
}

const given = <T extends object>(members: T): Partial<T> => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Partial<T>;
