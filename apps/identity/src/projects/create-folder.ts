import type { CreateFolderInput, Folder } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { isUniqueViolation } from '@latchkey/postgres';
import { Problem } from '@latchkey/problem';
import { DataSource } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import type { Acting } from '../organizations/acting.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
import { FolderEntity } from './folder.entity.ts';
import { lockProject } from './lock-project.ts';
import { presentFolder } from './present-folder.ts';

/** Creates a folder in a project. */
@Injectable()
export class CreateFolder {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws Problem `not_found`, `conflict` when the slug is or was in use in the project */
  async run(acting: Acting & { project: string }, { slug, name }: CreateFolderInput): Promise<Folder> {
    const { member, project, by } = acting;
    const { org } = member;
    try {
      return await this.dataSource.transaction(async (manager) => {
        await holdStanding(manager, acting, [project]);
        await lockProject(manager, org, project);
        await manager.insert(FolderEntity, { org, project, slug, name });
        await recordAudit(manager, { ...by, org, action: 'folder.created', target: { kind: 'folder', id: slug, name }, details: { project } });
        return presentFolder(await manager.findOneByOrFail(FolderEntity, { org, project, slug }));
      });
    } catch (error) {
      if (isUniqueViolation(error)) throw new Problem('conflict', { detail: 'This slug is or was in use.', cause: error });
      throw error;
    }
  }
}
