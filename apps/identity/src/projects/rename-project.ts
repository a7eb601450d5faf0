import type { Project, Rename } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import type { Acting } from '../organizations/acting.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { ProjectEntity } from '../organizations/project.entity.ts';
import { lockProject } from './lock-project.ts';
import { presentProject } from './present-project.ts';

/** Gives a project another name to be shown by; the slug, by which keys and grants know it, stays. */
@Injectable()
export class RenameProject {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws Problem `insufficient_role`, `not_found` */
  async run(acting: Acting, slug: string, { name }: Rename): Promise<Project> {
    const { member, by } = acting;
    const org = administratedOrg(member);
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const row = await lockProject(manager, org, slug);
      await manager.update(ProjectEntity, { org, slug: row.slug }, { name });
      const details = { name_before: row.name, name_after: name };
      await recordAudit(manager, { ...by, org, action: 'project.renamed', target: { kind: 'project', id: row.slug }, details });
      return presentProject({ ...row, name }, member);
    });
  }
}
