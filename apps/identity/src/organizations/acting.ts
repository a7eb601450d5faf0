import { orgRoles } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { IsNull, type EntityManager } from 'typeorm';
import type { AuditAuthor } from '../audit/record-audit.ts';
import type { Membership } from './find-role.ts';
import { MemberEntity } from './member.entity.ts';

/** Somebody who does something in an organization: through the management API or in the console. */
export interface Acting {
  userId: string;
  /** What they are there, as far as the credential that they use may show it. */
  member: Membership;
  by: AuditAuthor;
}

/**
 * Asks again, under the lock of the organization, whether whoever acts is still what they were when they came in: two administrators
 * who dismiss each other at the same moment must not both succeed.
 * @throws Problem `insufficient_role`
 */
export async function requireStanding(manager: EntityManager, { userId, member }: Acting): Promise<void> {
  const row = await manager.findOneBy(MemberEntity, { userId, org: member.org, removedAt: IsNull() });
  if (row === null || orgRoles.indexOf(row.role) > orgRoles.indexOf(member.role)) {
    throw new Problem('insufficient_role', { detail: 'Your role in the organization has just changed.' });
  }
}
