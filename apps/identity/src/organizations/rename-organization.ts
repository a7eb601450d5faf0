import type { Organization, Rename } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { recordAudit } from '../audit/record-audit.ts';
import type { Acting } from './acting.ts';
import { administratedOrg } from './administrated-org.ts';
import { holdStanding } from './hold-standing.ts';
import { OrganizationEntity } from './organization.entity.ts';

/** Gives an organization another name to be shown by; the slug, by which everything else knows it, stays. */
@Injectable()
export class RenameOrganization {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws Problem `insufficient_role` */
  async run(acting: Acting, { name }: Rename): Promise<Organization> {
    const { member, by } = acting;
    const org = administratedOrg(member);
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      const row = await manager.findOneByOrFail(OrganizationEntity, { slug: org });
      await manager.update(OrganizationEntity, { slug: org }, { name });
      const details = { name_before: row.name, name_after: name };
      await recordAudit(manager, { ...by, org, action: 'org.renamed', target: { kind: 'org', id: org }, details });
      return { slug: org, name, role: member.role, createdAt: row.createdAt.toISOString() };
    });
  }
}
