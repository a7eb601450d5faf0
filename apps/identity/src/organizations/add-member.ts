import { orgRoleSchema, projectRoleSchema, slugSchema } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { consistencyOf, stage } from '@latchkey/feed-writer';
import { parse } from '@latchkey/problem';
import { DataSource, IsNull, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { byIdentity, recordAudit } from '../audit/record-audit.ts';
import { lockMemberships, memberRecord, requireAnOwner } from './member-record.ts';
import { MemberEntity, ProjectMemberEntity } from './member.entity.ts';

const membershipSchema = z.object({
  userId: z.uuid(),
  org: slugSchema,
  role: orgRoleSchema,
  /** Roles by project slug; they replace what the member had. */
  projects: z.record(slugSchema, projectRoleSchema).default({}),
});
export type NewMembership = z.input<typeof membershipSchema>;

/** Gives a user a role in an organization and its projects, or another one than before, and tells the gateways. */
@Injectable()
export class AddMember {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param manager  of the caller's transaction; without one, a transaction of its own
   * @param by  who gives the role
   * @throws Problem `not_found` for an unknown user or organization, `conflict` when the last owner would become less
   */
  async run(input: NewMembership, manager?: EntityManager, by = byIdentity): Promise<{ consistency: string }> {
    const { userId, org, role, projects } = parse(membershipSchema, input);
    const add = async (transaction: EntityManager): Promise<{ consistency: string }> => {
      await lockMemberships(transaction, userId, org);
      const before = await transaction.findOneBy(MemberEntity, { userId, org, removedAt: IsNull() });
      await transaction.upsert(MemberEntity, { userId, org, role, removedAt: null }, ['userId', 'org']);
      await transaction.delete(ProjectMemberEntity, { userId, org });
      const roles = Object.entries(projects).map(([project, projectRole]) => ({ userId, org, project, role: projectRole }));
      if (roles.length > 0) await transaction.insert(ProjectMemberEntity, roles);
      await requireAnOwner(transaction, org);
      const details = { role, before: before?.role ?? null, projects: Object.entries(projects).slice(0, 50).map((pair) => pair.join(':')) };
      await recordAudit(transaction, { org, ...by, action: before === null ? 'member.added' : 'member.changed', target: { kind: 'user', id: userId }, details });
      const record = await memberRecord(transaction, userId);
      return { consistency: consistencyOf(record, await stage(transaction, record)) };
    };
    return manager === undefined ? this.dataSource.transaction(add) : add(manager);
  }
}
