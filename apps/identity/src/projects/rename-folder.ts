import type { Folder, Rename } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import type { Acting } from '../organizations/acting.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { FolderEntity } from './folder.entity.ts';
import { lockFolder } from './lock-project.ts';
import { presentFolder } from './present-folder.ts';

/** Gives a folder another name to be shown by; the slug, by which grants know it, stays. */
@Injectable()
export class RenameFolder {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws Problem `not_found` */
  async run(acting: Acting & { project: string }, slug: string, { name }: Rename): Promise<Folder> {
    const { member, project, by } = acting;
    const { org } = member;
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting, [project]);
      const row = await lockFolder(manager, { org, project, slug });
      await manager.update(FolderEntity, { org, project, slug: row.slug }, { name });
      const details = { project, name_before: row.name, name_after: name };
      await recordAudit(manager, { ...by, org, action: 'folder.renamed', target: { kind: 'folder', id: row.slug }, details });
      return presentFolder({ ...row, name });
    });
  }
}
