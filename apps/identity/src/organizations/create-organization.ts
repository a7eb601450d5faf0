import { displayNameSchema, slugSchema } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { stage } from '@latchkey/feed-writer';
import { isUniqueViolation } from '@latchkey/postgres';
import { parse, Problem } from '@latchkey/problem';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { byIdentity, recordAudit } from '../audit/record-audit.ts';
import { AddMember } from './add-member.ts';
import { OrganizationEntity } from './organization.entity.ts';

const newOrganizationSchema = z.object({ slug: slugSchema, name: displayNameSchema, owner: z.uuid() });
export type NewOrganization = z.input<typeof newOrganizationSchema>;

/** Creates an organization with its first owner and tells the gateways of both. */
@Injectable()
export class CreateOrganization {
  constructor(
    private readonly dataSource: DataSource,
    private readonly addMember: AddMember,
  ) {}

  /** @throws Problem `conflict` when the slug is taken */
  async run(input: NewOrganization, manager?: EntityManager, by = byIdentity): Promise<{ consistency: string }> {
    const { slug, name, owner } = parse(newOrganizationSchema, input);
    const create = async (transaction: EntityManager): Promise<{ consistency: string }> => {
      await transaction.insert(OrganizationEntity, { slug, name });
      await stage(transaction, { kind: 'org', id: slug, disabled: false, epoch: null });
      await recordAudit(transaction, { org: slug, ...by, action: 'org.created', target: { kind: 'org', id: slug, name } });
      return this.addMember.run({ userId: owner, org: slug, role: 'owner' }, transaction, by);
    };
    try {
      return await (manager === undefined ? this.dataSource.transaction(create) : create(manager));
    } catch (error) {
      if (isUniqueViolation(error)) throw new Problem('conflict', { detail: 'This slug is or was in use.', cause: error });
      throw error;
    }
  }
}
