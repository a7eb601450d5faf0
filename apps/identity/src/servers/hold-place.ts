import { Problem } from '@latchkey/problem';
import { IsNull, type EntityManager } from 'typeorm';
import { ProjectEntity } from '../organizations/project.entity.ts';
import { FolderEntity } from '../projects/folder.entity.ts';

const shared = { mode: 'pessimistic_read' } as const;

/** Keeps project and folder from being deleted until a server is in them. @throws Problem `not_found` */
export async function holdPlace(manager: EntityManager, { org, project, folder }: { org: string; project: string; folder: string | null }): Promise<void> {
  const within = await manager.findOne(ProjectEntity, { where: { org, slug: project, deletedAt: IsNull() }, lock: shared });
  if (within === null) throw new Problem('not_found', { detail: 'There is no such project.' });
  if (folder === null) return;
  const found = await manager.findOne(FolderEntity, { where: { org, project, slug: folder, deletedAt: IsNull() }, lock: shared });
  if (found === null) throw new Problem('not_found', { detail: 'There is no such folder; create it first.' });
}
