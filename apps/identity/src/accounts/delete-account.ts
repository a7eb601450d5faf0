import { Injectable } from '@nestjs/common';
import { stage } from '@latchkey/feed-writer';
import { DataSource, IsNull, MoreThan, Not, type EntityManager } from 'typeorm';
import { bySession, recordAudit } from '../audit/record-audit.ts';
import { ConsentEntity } from '../grants/consent.entity.ts';
import { InvitationEntity } from '../invitations/invitation.entity.ts';
import { QueueMail } from '../mail/queue-mail.ts';
import { endOrganization } from '../organizations/end-organization.ts';
import { lockOrganization, memberRecord } from '../organizations/member-record.ts';
import { MemberEntity, ProjectMemberEntity } from '../organizations/member.entity.ts';
import { accountDeletedLetter } from './account-mails.ts';
import { Authenticate, type Authentication } from './authenticate.ts';
import { deviceOfSession } from './known-devices.ts';
import { AccountLinkEntity } from './links/account-link.entity.ts';
import { forgetSignInMethods } from './forget-sign-in-methods.ts';
import { userRecord } from './user-record.ts';
import { UserEntity } from './user.entity.ts';

export type Deletion = { outcome: 'deleted' } | { outcome: 'needed'; orgs: string[] } | { outcome: 'moved' } | Exclude<Authentication, { outcome: 'signed-in' }>;

interface Standing {
  org: string;
  /** The only owner there is. */
  lastOwner: boolean;
  /** The only member there is. */
  alone: boolean;
}

const standings = `
  SELECT m.org,
    m.role = 'owner' AND NOT EXISTS (SELECT 1 FROM members o WHERE o.org = m.org AND o.user_id <> m.user_id AND o.role = 'owner' AND o.removed_at IS NULL) AS "lastOwner",
    NOT EXISTS (SELECT 1 FROM members o WHERE o.org = m.org AND o.user_id <> m.user_id AND o.removed_at IS NULL) AS alone
  FROM members m JOIN organizations g ON g.slug = m.org AND g.disabled_at IS NULL
  WHERE m.user_id = $1 AND m.removed_at IS NULL ORDER BY m.org`;

const nowInSeconds = 'floor(extract(epoch FROM clock_timestamp()))::integer';

/**
 * Deletes a person's account at their wish: everything they have anywhere ends by one record, memberships end, and what is personal is
 * erased. The id stays, for the audit log speaks of it. An organization in which they are alone ends with them; one that would be left
 * without an owner among others has to be handed over first.
 */
@Injectable()
export class DeleteAccount {
  constructor(
    private readonly dataSource: DataSource,
    private readonly authenticate: Authenticate,
    private readonly queueMail: QueueMail,
  ) {}

  async run({ user, password, address }: { user: UserEntity; password: string; address: string }): Promise<Deletion> {
    const authentication = await this.authenticate.run({ email: user.email, password, address, device: deviceOfSession(user.id) });
    if (authentication.outcome !== 'signed-in') return authentication;
    return this.dataSource.transaction(async (manager) => {
      const memberships = await this.lockedStandings(manager, user.id);
      const needed = memberships.filter(({ lastOwner, alone }) => lastOwner && !alone).map(({ org }) => org);
      if (needed.length > 0) return { outcome: 'needed', orgs: needed };
      // Whoever read the mail of an earlier address may still take the account back; nobody deletes it from under them.
      if (await manager.existsBy(AccountLinkEntity, { userId: user.id, purpose: 'email_undo', expiresAt: MoreThan(new Date()) })) return { outcome: 'moved' };
      await this.endMemberships(manager, user.id);
      for (const { org } of memberships.filter(({ alone }) => alone)) await this.endOrganization(manager, org, user.id);
      await this.erase(manager, user);
      await recordAudit(manager, { org: null, ...bySession(user.id), action: 'user.deleted', target: { kind: 'user', id: user.id } });
      await this.queueMail.run(manager, { to: user.email, ...accountDeletedLetter });
      return { outcome: 'deleted' };
    });
  }

  /** All organizations first, in the order of slugs, and then the person, as everybody locks them; what the memberships are is read under the locks. */
  private async lockedStandings(manager: EntityManager, userId: string): Promise<Standing[]> {
    for (const { org } of await manager.query<Standing[]>(standings, [userId])) await lockOrganization(manager, org);
    await manager.findOne(UserEntity, { select: { id: true }, where: { id: userId }, lock: { mode: 'for_no_key_update' } });
    return manager.query<Standing[]>(standings, [userId]);
  }

  private async endMemberships(manager: EntityManager, userId: string): Promise<void> {
    await manager.query(`UPDATE members SET removed_at = clock_timestamp(), epoch = ${nowInSeconds} WHERE user_id = $1 AND removed_at IS NULL`, [userId]);
    await manager.delete(ProjectMemberEntity, { userId });
    await stage(manager, await memberRecord(manager, userId));
  }

  private async endOrganization(manager: EntityManager, org: string, userId: string): Promise<void> {
    if (await manager.existsBy(MemberEntity, { org, removedAt: IsNull() })) return;
    const { servers } = await endOrganization(manager, org, new Date());
    await recordAudit(manager, { org, ...bySession(userId), action: 'org.deleted', target: { kind: 'org', id: org }, details: { by: 'account_deletion', servers } });
  }

  private async erase(manager: EntityManager, { id: userId, email }: UserEntity): Promise<void> {
    await forgetSignInMethods(manager, userId);
    await manager.delete(ConsentEntity, { userId });
    // One that is still open waits for whoever reads that mail.
    await manager.update(InvitationEntity, { email, closedAs: Not(IsNull()) }, { email: 'deleted@deleted.invalid' });
    await manager.query(
      `UPDATE users SET email = 'deleted-' || id || '@deleted.invalid', name = 'Deleted account', email_verified = false,
         disabled_at = coalesce(disabled_at, clock_timestamp()), deleted_at = clock_timestamp(), epoch = greatest(epoch, ${nowInSeconds}) WHERE id = $1`,
      [userId],
    );
    await stage(manager, userRecord(await manager.findOneByOrFail(UserEntity, { id: userId })));
  }
}
