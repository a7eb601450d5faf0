import type { EntityManager } from 'typeorm';
import { requireStanding, type Acting } from './acting.ts';
import { lockOrganization } from './member-record.ts';

/**
 * How every change in an organization begins: whoever acts stays what they are until it is done, and has not become less since they came
 * in. The organization is locked before anything else, which is the order of all (`lockMemberships`).
 * @param projects  those in which it happens, of somebody who may act by a role in these
 * @throws Problem `not_found` for an organization that is gone, `insufficient_role`
 */
export async function holdStanding(manager: EntityManager, acting: Acting, projects?: readonly string[]): Promise<void> {
  await lockOrganization(manager, acting.member.org);
  await requireStanding(manager, acting, projects);
}
