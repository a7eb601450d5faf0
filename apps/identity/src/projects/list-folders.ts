import type { Folder, PageQuery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Acting } from '../organizations/acting.ts';
import { pageOf } from '../organizations/page.ts';
import { FolderEntity } from './folder.entity.ts';
import { presentFolder } from './present-folder.ts';

/** The folders of a project. */
@Injectable()
export class ListFolders {
  constructor(private readonly dataSource: DataSource) {}

  async run({ member, project }: Acting & { project: string }, query: PageQuery): Promise<{ items: Folder[]; nextCursor: string | null }> {
    const folders = this.dataSource.manager
      .createQueryBuilder(FolderEntity, 'row')
      .where('row.org = :org AND row.project = :project AND row.deletedAt IS NULL', { org: member.org, project });
    const { rows, nextCursor } = await pageOf(folders, { key: 'row.slug', ...query });
    return { items: rows.map(presentFolder), nextCursor };
  }
}
