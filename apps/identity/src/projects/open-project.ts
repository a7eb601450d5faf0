import type { CreateProjectInput, Project } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Acting } from '../organizations/acting.ts';
import { administratedOrg } from '../organizations/administrated-org.ts';
import { CreateProject } from '../organizations/create-project.ts';
import { holdStanding } from '../organizations/hold-standing.ts';
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
  async run(acting: Acting, { slug, name }: CreateProjectInput): Promise<Project> {
    const { member, by } = acting;
    const org = administratedOrg(member);
    return this.dataSource.transaction(async (manager) => {
      await holdStanding(manager, acting);
      await this.createProject.run({ org, slug, name }, manager, by);
      return presentProject(await manager.findOneByOrFail(ProjectEntity, { org, slug }), member);
    });
  }
}
