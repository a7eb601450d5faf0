import {
  changeMemberSchema,
  createOrganizationSchema,
  listMembersQuerySchema,
  pageQuerySchema,
  renameSchema,
  withinOrgQuerySchema,
  type ChangedMember,
  type CreatedOrganization,
  type DeletedOrganization,
  type IdentityAssertionClaims,
  type Member,
  type Organization,
  type Project,
  type RemovedMember,
  type RevokedByEpoch,
} from '@latchkey/contracts';
import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { ActingMember } from './acting-member.ts';
import { administratedOrg } from './administrated-org.ts';
import { ChangeMember } from './change-member.ts';
import { DeleteOrganization } from './delete-organization.ts';
import { DismissMember } from './dismiss-member.ts';
import { FoundOrganization } from './found-organization.ts';
import { ListMembers } from './list-members.ts';
import { ListOrganizations } from './list-organizations.ts';
import { ListProjects } from './list-projects.ts';
import { RenameOrganization } from './rename-organization.ts';
import { requirePerson } from './require-person.ts';
import { RevokeMember } from './revoke-member.ts';
import { RevokeOrganization } from './revoke-organization.ts';

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

@Controller('v1')
@UseGuards(CallerGuard)
export class OrganizationsController {
  constructor(
    private readonly actingMember: ActingMember,
    private readonly listOrganizations: ListOrganizations,
    private readonly foundOrganization: FoundOrganization,
    private readonly renameOrganization: RenameOrganization,
    private readonly deleteOrganization: DeleteOrganization,
    private readonly revokeOrganization: RevokeOrganization,
    private readonly listProjects: ListProjects,
    private readonly listMembers: ListMembers,
    private readonly changeMember: ChangeMember,
    private readonly dismissMember: DismissMember,
    private readonly revokeMember: RevokeMember,
  ) {}

  @Get('orgs')
  @Header('cache-control', 'no-store')
  organizations(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<Page<Organization>> {
    return this.listOrganizations.run(caller, parse(pageQuerySchema, query));
  }

  /** The credential belongs to another organization, and whoever holds one with `org:admin` administers that. */
  @Post('orgs')
  @Header('cache-control', 'no-store')
  async found(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<CreatedOrganization> {
    const acting = await this.actingMember.acting(caller, 'org:admin');
    administratedOrg(acting.member);
    requirePerson(caller, 'An organization begins with a person who owns it.');
    return this.foundOrganization.run(acting, parse(createOrganizationSchema, body));
  }

  @Get('orgs/:org')
  @Header('cache-control', 'no-store')
  organization(@Caller() caller: IdentityAssertionClaims, @Param('org') org: string): Promise<Organization> {
    return this.listOrganizations.one(caller, org);
  }

  @Patch('orgs/:org')
  @Header('cache-control', 'no-store')
  async rename(@Caller() caller: IdentityAssertionClaims, @Param('org') org: string, @Body() body: unknown): Promise<Organization> {
    return this.renameOrganization.run(await this.actingMember.acting(caller, 'org:admin', org), parse(renameSchema, body));
  }

  @Delete('orgs/:org')
  @Header('cache-control', 'no-store')
  async deleteWhole(@Caller() caller: IdentityAssertionClaims, @Param('org') org: string): Promise<DeletedOrganization> {
    return this.deleteOrganization.run(await this.actingMember.acting(caller, 'org:admin', org));
  }

  @Post('orgs/:org/revoke')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async revokeEverything(@Caller() caller: IdentityAssertionClaims, @Param('org') org: string): Promise<RevokedByEpoch> {
    return this.revokeOrganization.run(await this.actingMember.acting(caller, 'org:admin', org));
  }

  @Get('projects')
  @Header('cache-control', 'no-store')
  projects(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<Page<Project>> {
    return this.listProjects.run(caller, parse(withinOrgQuerySchema, query));
  }

  @Get('members')
  @Header('cache-control', 'no-store')
  members(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<Page<Member>> {
    return this.listMembers.run(caller, parse(listMembersQuerySchema, query));
  }

  @Patch('members/:user')
  @Header('cache-control', 'no-store')
  async change(@Caller() caller: IdentityAssertionClaims, @Param('user') user: string, @Body() body: unknown): Promise<ChangedMember> {
    return this.changeMember.run(await this.actingMember.acting(caller, 'org:admin'), user, parse(changeMemberSchema, body));
  }

  @Post('members/:user/revoke')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async revokeCredentials(@Caller() caller: IdentityAssertionClaims, @Param('user') user: string): Promise<RevokedByEpoch> {
    return this.revokeMember.run(await this.actingMember.acting(caller, 'org:admin'), user);
  }

  @Delete('members/:user')
  @Header('cache-control', 'no-store')
  async dismiss(@Caller() caller: IdentityAssertionClaims, @Param('user') user: string): Promise<RemovedMember> {
    return this.dismissMember.run(await this.actingMember.acting(caller, 'org:admin'), user);
  }
}
