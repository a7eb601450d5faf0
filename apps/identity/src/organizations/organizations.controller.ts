import { withinOrgQuerySchema, type IdentityAssertionClaims, type Member, type Organization, type Project, type RemovedMember, type RevokedByEpoch } from '@latchkey/contracts';
import { Controller, Delete, Get, Header, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { DismissMember } from './dismiss-member.ts';
import { ListMembers } from './list-members.ts';
import { ListOrganizations } from './list-organizations.ts';
import { ListProjects } from './list-projects.ts';
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
    private readonly listOrganizations: ListOrganizations,
    private readonly listProjects: ListProjects,
    private readonly listMembers: ListMembers,
    private readonly dismissMember: DismissMember,
    private readonly revokeMember: RevokeMember,
    private readonly revokeOrganization: RevokeOrganization,
  ) {}

  @Get('orgs')
  @Header('cache-control', 'no-store')
  organizations(@Caller() caller: IdentityAssertionClaims): Promise<Page<Organization>> {
    return this.listOrganizations.run(caller);
  }

  @Get('orgs/:org')
  @Header('cache-control', 'no-store')
  organization(@Caller() caller: IdentityAssertionClaims, @Param('org') org: string): Promise<Organization> {
    return this.listOrganizations.one(caller, org);
  }

  @Get('projects')
  @Header('cache-control', 'no-store')
  projects(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<Page<Project>> {
    return this.listProjects.run(caller, parse(withinOrgQuerySchema, query));
  }

  @Get('members')
  @Header('cache-control', 'no-store')
  members(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<Page<Member>> {
    return this.listMembers.run(caller, parse(withinOrgQuerySchema, query));
  }

  @Post('orgs/:org/revoke')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  revokeEverything(@Caller() caller: IdentityAssertionClaims, @Param('org') org: string): Promise<RevokedByEpoch> {
    return this.revokeOrganization.run(caller, org);
  }

  @Post('members/:user/revoke')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  revokeCredentials(@Caller() caller: IdentityAssertionClaims, @Param('user') user: string): Promise<RevokedByEpoch> {
    return this.revokeMember.run(caller, user);
  }

  @Delete('members/:user')
  @Header('cache-control', 'no-store')
  dismiss(@Caller() caller: IdentityAssertionClaims, @Param('user') user: string): Promise<RemovedMember> {
    return this.dismissMember.run(caller, user);
  }
}
