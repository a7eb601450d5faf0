import { Problem } from '@latchkey/problem';
import { IsNull, type EntityManager } from 'typeorm';
import { knownSlug } from '../organizations/known-slug.ts';
import { ProjectEntity } from '../organizations/project.entity.ts';
import { FolderEntity } from './folder.entity.ts';

const exclusive = { mode: 'pessimistic_write' } as const;

/**
 * A project that nobody else changes until the transaction ends. Who registers a server in it holds it too, so that none comes into a
 * project that is being deleted.
 * @throws Problem `not_found`
 */
export async function lockProject(manager: EntityManager, org: string, slug: string): Promise<ProjectEntity> {
  const row = await manager.findOne(ProjectEntity, { where: { org, slug: knownSlug(slug), deletedAt: IsNull() }, lock: exclusive });
  if (row === null) throw new Problem('not_found', { detail: 'There is no such project.' });
  return row;
}

/** The same for one of its folders. @throws Problem `not_found` */
export async function lockFolder(manager: EntityManager, place: { org: string; project: string; slug: string }): Promise<FolderEntity> {
  const where = { org: place.org, project: knownSlug(place.project), slug: knownSlug(place.slug), deletedAt: IsNull() };
  const row = await manager.findOne(FolderEntity, { where, lock: exclusive });
  if (row === null) throw new Problem('not_found', { detail: 'There is no such folder.' });
  return row;
}
