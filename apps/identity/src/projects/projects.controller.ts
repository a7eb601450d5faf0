import {
  createFolderSchema,
  createProjectSchema,
  listFoldersQuerySchema,
  listProjectMembersQuerySchema,
  projectMemberSchema,
  renameSchema,
  type ChangedMember,
  type DeletedFolder,
  type DeletedProject,
  type Folder,
  type IdentityAssertionClaims,
  type Member,
  type Project,
} from '@latchkey/contracts';
import { Body, Controller, Delete, Get, Header, Param, Patch, Post, Put, Query, UseGuards } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { ActingMember } from '../organizations/acting-member.ts';
import { ChangeMember } from '../organizations/change-member.ts';
import { ListMembers } from '../organizations/list-members.ts';
import { ActingInProject } from './acting-in-project.ts';
import { CreateFolder } from './create-folder.ts';
import { DeleteFolder } from './delete-folder.ts';
import { DeleteProject } from './delete-project.ts';
import { ListFolders } from './list-folders.ts';
import { OpenProject } from './open-project.ts';
import { RenameFolder } from './rename-folder.ts';
import { RenameProject } from './rename-project.ts';
import { ShowProject } from './show-project.ts';

/**
 * Projects are the organization's to make (`org:admin`), folders a matter of the servers in them (`servers:write`). Who is what in a project is
 * `org:admin` too, but of a project's administrators as well.
 */
@Controller('v1/projects')
@UseGuards(CallerGuard)
export class ProjectsController {
  constructor(
    private readonly actingMember: ActingMember,
    private readonly actingInProject: ActingInProject,
    private readonly openProject: OpenProject,
    private readonly showProject: ShowProject,
    private readonly renameProject: RenameProject,
    private readonly deleteProject: DeleteProject,
    private readonly createFolder: CreateFolder,
    private readonly listFolders: ListFolders,
    private readonly renameFolder: RenameFolder,
    private readonly deleteFolder: DeleteFolder,
    private readonly listMembers: ListMembers,
    private readonly changeMember: ChangeMember,
  ) {}

  @Post()
  @Header('cache-control', 'no-store')
  async create(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<Project> {
    const input = parse(createProjectSchema, body);
    return this.openProject.run(await this.actingMember.acting(caller, 'org:admin', input.org), input);
  }

  @Get(':project')
  @Header('cache-control', 'no-store')
  show(@Caller() caller: IdentityAssertionClaims, @Param('project') project: string): Promise<Project> {
    return this.showProject.run(caller, project);
  }

  @Patch(':project')
  @Header('cache-control', 'no-store')
  async rename(@Caller() caller: IdentityAssertionClaims, @Param('project') project: string, @Body() body: unknown): Promise<Project> {
    return this.renameProject.run(await this.actingMember.acting(caller, 'org:admin'), project, parse(renameSchema, body));
  }

  @Delete(':project')
  @Header('cache-control', 'no-store')
  async delete(@Caller() caller: IdentityAssertionClaims, @Param('project') project: string): Promise<DeletedProject> {
    return this.deleteProject.run(await this.actingMember.acting(caller, 'org:admin'), project);
  }

  @Post(':project/folders')
  @Header('cache-control', 'no-store')
  async addFolder(@Caller() caller: IdentityAssertionClaims, @Param('project') project: string, @Body() body: unknown): Promise<Folder> {
    return this.createFolder.run(await this.actingInProject.run(caller, 'servers:write', project), parse(createFolderSchema, body));
  }

  @Get(':project/folders')
  @Header('cache-control', 'no-store')
  async folders(
    @Caller() caller: IdentityAssertionClaims,
    @Param('project') project: string,
    @Query() query: unknown,
  ): Promise<{ items: Folder[]; nextCursor: string | null }> {
    return this.listFolders.run(await this.actingInProject.run(caller, 'servers:read', project), parse(listFoldersQuerySchema, query));
  }

  @Patch(':project/folders/:folder')
  @Header('cache-control', 'no-store')
  async changeFolder(
    @Caller() caller: IdentityAssertionClaims,
    @Param('project') project: string,
    @Param('folder') folder: string,
    @Body() body: unknown,
  ): Promise<Folder> {
    return this.renameFolder.run(await this.actingInProject.run(caller, 'servers:write', project), folder, parse(renameSchema, body));
  }

  @Delete(':project/folders/:folder')
  @Header('cache-control', 'no-store')
  async removeFolder(@Caller() caller: IdentityAssertionClaims, @Param('project') project: string, @Param('folder') folder: string): Promise<DeletedFolder> {
    return this.deleteFolder.run(await this.actingInProject.run(caller, 'servers:write', project), folder);
  }

  @Get(':project/members')
  @Header('cache-control', 'no-store')
  async members(@Caller() caller: IdentityAssertionClaims, @Param('project') named: string, @Query() query: unknown): Promise<{ items: Member[]; nextCursor: string | null }> {
    const { member, project } = await this.actingInProject.run(caller, 'org:read', named);
    return this.listMembers.of(member.org, { project, ...parse(listProjectMembersQuerySchema, query) });
  }

  @Put(':project/members/:user')
  @Header('cache-control', 'no-store')
  async giveRole(@Caller() caller: IdentityAssertionClaims, @Param('project') named: string, @Param('user') user: string, @Body() body: unknown): Promise<ChangedMember> {
    const { role } = parse(projectMemberSchema, body);
    const { project, ...acting } = await this.actingInProject.run(caller, 'org:admin', named);
    return this.changeMember.run(acting, user, { projects: { [project]: role } });
  }

  @Delete(':project/members/:user')
  @Header('cache-control', 'no-store')
  async takeRole(@Caller() caller: IdentityAssertionClaims, @Param('project') named: string, @Param('user') user: string): Promise<ChangedMember> {
    const { project, ...acting } = await this.actingInProject.run(caller, 'org:admin', named);
    return this.changeMember.run(acting, user, { projects: { [project]: null } });
  }
}
