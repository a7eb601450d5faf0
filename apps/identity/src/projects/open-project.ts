import type { CreateProjectInput, Project } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Acting } from '../organizations/acting.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { CreateProject } from '../organizations/create-project.ts';
import { ProjectEntity } from '../organizations/project.entity.ts';
import { presentProject } from './present-project.ts';

/** Creates a project in the name of somebody who may. */
@Injectable()
export class OpenProject {
  constructor(
    private readonly dataSource: DataSource,
    private readonly createProject: CreateProject,
  ) {}

  /** @throws Problem `insufficient_role`, `conflict` when the slug is or was in use in the organization */
  async run({ member, by }: Acting, { slug, name }: CreateProjectInput): Promise<Project> {
    const org = administratedOrg(member);
    return this.dataSource.transaction(async (manager) => {
      await this.createProject.run({ org, slug, name }, manager, by);
      return presentProject(await manager.findOneByOrFail(ProjectEntity, { org, slug }), member);
    });
  }
}
