import type { MemberRecord } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import { IsNull, type EntityManager } from 'typeorm';
import { UserEntity } from '../accounts/user.entity.ts';
import { MemberEntity, ProjectMemberEntity } from './member.entity.ts';
import { OrganizationEntity } from './organization.entity.ts';

const lock = { mode: 'for_no_key_update' } as const;

/**
 * Keeps other transactions from changing these memberships until the caller's ends. The member record is the whole of what a user is
 * anywhere, so two changes at once, each built from what it could see, would leave one out of the newest record. The organization is
 * locked too, for the rule about its owners, and always first: one order, no deadlock.
 * @throws Problem `not_found` when there is no such organization or user
 */
export async function lockMemberships(manager: EntityManager, userId: string, org: string): Promise<void> {
  await lockOrganization(manager, org);
  const user = await manager.findOne(UserEntity, { select: { id: true }, where: { id: userId }, lock });
  if (user === null) throw new Problem('not_found', { detail: 'There is no such user.' });
}

/** Its part for what concerns no single member. A deleted organization is as good as none. @throws Problem `not_found` */
export async function lockOrganization(manager: EntityManager, org: string): Promise<void> {
  const organization = await manager.findOne(OrganizationEntity, { select: { slug: true }, where: { slug: org, disabledAt: IsNull() }, lock });
  if (organization === null) throw new Problem('not_found', { detail: 'There is no such organization.' });
}

/** Ends the transaction when a change has left an organization without an owner. @throws Problem `conflict` */
export async function requireAnOwner(manager: EntityManager, org: string): Promise<void> {
  const owned = await manager.existsBy(MemberEntity, { org, role: 'owner', removedAt: IsNull() });
  if (!owned) throw new Problem('conflict', { detail: 'An organization keeps at least one owner.' });
}

/** All memberships of a user as they now stand. Read it under `lockMemberships`. */
export async function memberRecord(manager: EntityManager, user: string): Promise<MemberRecord> {
  const members = await manager.find(MemberEntity, { where: { userId: user, removedAt: IsNull() }, order: { org: 'ASC' } });
  const roles = await manager.find(ProjectMemberEntity, { where: { userId: user }, order: { org: 'ASC', project: 'ASC' } });
  const memberships = members.map(({ org, role, epoch }) => ({
    org,
    role,
    projects: Object.fromEntries(roles.filter((row) => row.org === org).map((row) => [row.project, row.role])),
    epoch,
  }));
  return { kind: 'member', user, memberships };
}
