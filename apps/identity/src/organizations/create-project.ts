import { displayNameSchema, slugSchema } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { isUniqueViolation } from '@latchkey/postgres';
import { parse, Problem } from '@latchkey/problem';
import { DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { byIdentity, recordAudit } from '../audit/record-audit.ts';
import { ProjectEntity } from './project.entity.ts';

const newProjectSchema = z.object({ org: slugSchema, slug: slugSchema, name: displayNameSchema });
export type NewProject = z.input<typeof newProjectSchema>;

/** Creates a project. Gateways learn of it through the roles in it. */
@Injectable()
export class CreateProject {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws Problem `conflict` when the organization has such a project */
  async run(input: NewProject, manager?: EntityManager, by = byIdentity): Promise<void> {
    const project = parse(newProjectSchema, input);
    const create = async (transaction: EntityManager): Promise<void> => {
      await transaction.insert(ProjectEntity, project);
      await recordAudit(transaction, { org: project.org, ...by, action: 'project.created', target: { kind: 'project', id: project.slug, name: project.name } });
    };
    try {
      await (manager === undefined ? this.dataSource.transaction(create) : create(manager));
    } catch (error) {
      if (isUniqueViolation(error)) throw new Problem('conflict', { detail: 'This slug is or was in use.', cause: error });
      throw error;
    }
  }
}
