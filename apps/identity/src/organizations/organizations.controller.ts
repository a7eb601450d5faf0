import { withinOrgQuerySchema, type IdentityAssertionClaims, type Member, type Organization, type Project } from '@latchkey/contracts';
import { Controller, Get, Header, Param, Query, UseGuards } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { ListMembers } from './list-members.ts';
import { ListOrganizations } from './list-organizations.ts';
import { ListProjects } from './list-projects.ts';

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
}
