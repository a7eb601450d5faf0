import type { DeletedProject } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { Problem } from '@latchkey/problem';
import { DataSource, In, IsNull, type EntityManager } from 'typeorm';
import { UserEntity } from '../accounts/user.entity.ts';
import { recordAudit } from '../audit/record-audit.ts';
import type { Acting } from '../organizations/acting.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { memberRecord } from '../organizations/member-record.ts';
import { ProjectMemberEntity } from '../organizations/member.entity.ts';
import { ProjectEntity } from '../organizations/project.entity.ts';
import { ServerEntity } from '../servers/server.entity.ts';
import { lockProject } from './lock-project.ts';

/** Takes a project away, once there is no server in it, with every role that anybody had there. Its slug is never used again. */
@Injectable()
export class DeleteProject {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: WallClock,
  ) {}

  /** @throws Problem `insufficient_role`, `not_found`, `conflict` while there are servers in it */
  async run(acting: Acting, slug: string): Promise<DeletedProject> {
    const { member, by } = acting;
    const org = administratedOrg(member);
    const deletedAt = new Date(this.clock.nowMs());
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const { slug: project } = await lockProject(manager, org, slug);
      const servers = await manager.countBy(ServerEntity, { org, project, deletedAt: IsNull() });
      if (servers > 0) throw new Problem('conflict', { detail: `There are ${servers} servers in this project; delete them first.` });
      await manager.update(ProjectEntity, { org, slug: project }, { deletedAt });
      const consistency = await endRoles(manager, org, project);
      await recordAudit(manager, { ...by, org, action: 'project.deleted', target: { kind: 'project', id: project } });
      return { slug: project, deletedAt: deletedAt.toISOString(), ...(consistency === null ? {} : { consistency }) };
    });
  }
}

/** @returns the state in which the last of them is gone; null where nobody had one */
async function endRoles(manager: EntityManager, org: string, project: string): Promise<string | null> {
  const rows = await manager.find(ProjectMemberEntity, { where: { org, project }, order: { userId: 'ASC' } });
  const users = rows.map(({ userId }) => userId);
  // One order for all who lock several people, after their organization.
  await manager.find(UserEntity, { select: { id: true }, where: { id: In(users) }, order: { id: 'ASC' }, lock: { mode: 'for_no_key_update' } });
  await manager.delete(ProjectMemberEntity, { org, project });
  let consistency: string | null = null;
  for (const user of users) {
    const record = await memberRecord(manager, user);
    consistency = consistencyOf(record, await stage(manager, record));
  }
  return consistency;
}
