import type { DeletedFolder } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { Problem } from '@latchkey/problem';
import { DataSource, IsNull } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import type { Acting } from '../organizations/acting.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { ServerEntity } from '../servers/server.entity.ts';
import { FolderEntity } from './folder.entity.ts';
import { lockFolder } from './lock-project.ts';

/** Takes a folder away, once there is no server in it. Its slug is not used again in the project. */
@Injectable()
export class DeleteFolder {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: WallClock,
  ) {}

  /** @throws Problem `not_found`, `conflict` while there are servers in it */
  async run(acting: Acting & { project: string }, slug: string): Promise<DeletedFolder> {
    const { member, project, by } = acting;
    const { org } = member;
    const deletedAt = new Date(this.clock.nowMs());
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting, [project]);
      const { slug: folder } = await lockFolder(manager, { org, project, slug });
      const servers = await manager.countBy(ServerEntity, { org, project, folder, deletedAt: IsNull() });
      if (servers > 0) throw new Problem('conflict', { detail: `There are ${servers} servers in this folder; delete them first.` });
      await manager.update(FolderEntity, { org, project, slug: folder }, { deletedAt });
      await recordAudit(manager, { ...by, org, action: 'folder.deleted', target: { kind: 'folder', id: folder }, details: { project } });
      return { slug: folder, deletedAt: deletedAt.toISOString() };
    });
  }
}
