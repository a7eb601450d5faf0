import { projectRoleOf, roleScopes } from '@latchkey/access';
import { Problem } from '@latchkey/problem';
import type { EntityManager } from 'typeorm';
import { isRowId } from '../../paging/page.ts';
import type { Principal } from '../../personal-access-tokens/principal.ts';
import { ConnectionEntity } from './connection.entity.ts';

/** What a project shows to its servers is for its administrators. */
export function requireProjectAdministrator({ membership }: Principal, project: string): void {
  if (projectRoleOf(membership, project) !== 'admin') throw new Problem('insufficient_role', { detail: `Connections of the project ${project} belong to its administrators.` });
}

/** @throws Problem `not_found` for a connection that is not there, not this organization's, or of a project that the caller has no part in */
export async function requireConnection(manager: EntityManager, principal: Principal, id: string, lock = false): Promise<ConnectionEntity> {
  const where = { id, org: principal.org };
  const row = isRowId(id) ? await manager.findOne(ConnectionEntity, { where, ...(lock ? { lock: { mode: 'pessimistic_write' } } : {}) }) : null;
  if (row === null || !roleScopes(principal.membership, row.project).has('connections:read')) throw new Problem('not_found', { detail: 'There is no such connection.' });
  return row;
}

/** The same of a connection that is to be changed. */
export async function requireOwnConnection(manager: EntityManager, principal: Principal, id: string): Promise<ConnectionEntity> {
  const row = await requireConnection(manager, principal, id, true);
  requireProjectAdministrator(principal, row.project);
  requireLiveConnection(row);
  return row;
}

/** @throws Problem `conflict`: nothing brings a revoked connection back */
export function requireLiveConnection({ revokedAt }: ConnectionEntity): void {
  if (revokedAt !== null) throw new Problem('conflict', { detail: 'This connection is revoked, for ever.' });
}
