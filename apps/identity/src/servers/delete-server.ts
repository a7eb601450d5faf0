import type { DeletedServer, IdentityAssertionClaims } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { roleScopes } from '@latchkey/access';
import { WallClock } from '@latchkey/clock';
import { Problem } from '@latchkey/problem';
import { DataSource, IsNull } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { ServerEntity } from './server.entity.ts';
import { stageServer } from './stage-server.ts';
import { VisibleServer } from './visible-server.ts';

/** Takes a server away from behind the gateway, for good: its slug is never used again. */
@Injectable()
export class DeleteServer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly visibleServer: VisibleServer,
    private readonly clock: WallClock,
  ) {}

  /** @throws Problem `insufficient_scope`, `not_found` (also the second time), `insufficient_role` */
  async run(caller: IdentityAssertionClaims, slug: string): Promise<DeletedServer> {
    const { row, acting } = await this.visibleServer.find(caller, 'servers:write', slug);
    if (!roleScopes(acting.member, row.project).has('servers:write')) throw new Problem('insufficient_role');
    const deletedAt = new Date(this.clock.nowMs());
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting, [row.project]);
      const last = await manager.findOne(ServerEntity, { where: { slug, deletedAt: IsNull() }, lock: { mode: 'pessimistic_write' } });
      if (last === null) throw new Problem('not_found');
      const deleted = { ...last, deletedAt, revision: last.revision + 1 };
      await manager.update(ServerEntity, { id: last.id }, { deletedAt, revision: deleted.revision });
      await recordAudit(manager, { org: row.org, ...acting.by, action: 'server.deleted', target: { kind: 'server', id: slug, name: last.name } });
      return { slug, deletedAt: deletedAt.toISOString(), consistency: await stageServer(manager, deleted) };
    });
  }
}
