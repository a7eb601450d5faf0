import { Problem } from '@latchkey/problem';
import { In, IsNull, type EntityManager } from 'typeorm';
import { ProjectEntity } from './project.entity.ts';

/**
 * @param path  where in the request they are named
 * @throws Problem `invalid_request` that names the first project that there is none
 */
export async function requireProjects(manager: EntityManager, org: string, slugs: readonly string[], path = 'projects'): Promise<void> {
  if (slugs.length === 0) return;
  const rows = await manager.findBy(ProjectEntity, { org, slug: In([...slugs]), deletedAt: IsNull() });
  const known = new Set(rows.map(({ slug }) => slug));
  const missing = slugs.find((slug) => !known.has(slug));
  if (missing === undefined) return;
  const message = 'there is no such project';
  throw new Problem('invalid_request', { detail: `${path}.${missing}: ${message}`, issues: [{ path: `${path}.${missing}`, message }] });
}
