import { addDomainSchema, changeDomainSchema, withinOrgQuerySchema, type DeletedDomain, type Domain, type IdentityAssertionClaims } from '@latchkey/contracts';
import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { ActingMember } from '../organizations/acting-member.ts';
import { AddDomain } from './add-domain.ts';
import { ChangeDomain } from './change-domain.ts';
import { DeleteDomain } from './delete-domain.ts';
import { ListDomains } from './list-domains.ts';
import { VerifyDomain } from './verify-domain.ts';

@Controller('v1/domains')
@UseGuards(CallerGuard)
export class DomainsController {
  constructor(
    private readonly actingMember: ActingMember,
    private readonly addDomain: AddDomain,
    private readonly listDomains: ListDomains,
    private readonly verifyDomain: VerifyDomain,
    private readonly changeDomain: ChangeDomain,
    private readonly deleteDomain: DeleteDomain,
  ) {}

  @Post()
  @Header('cache-control', 'no-store')
  async add(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<Domain> {
    const input = parse(addDomainSchema, body);
    return this.addDomain.run(await this.actingMember.acting(caller, 'org:admin', input.org), input);
  }

  @Get()
  @Header('cache-control', 'no-store')
  list(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<{ items: Domain[]; nextCursor: string | null }> {
    return this.listDomains.run(caller, parse(withinOrgQuerySchema, query));
  }

  @Get(':domain')
  @Header('cache-control', 'no-store')
  show(@Caller() caller: IdentityAssertionClaims, @Param('domain') domain: string): Promise<Domain> {
    return this.listDomains.one(caller, domain);
  }

  @Post(':domain/verify')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async verify(@Caller() caller: IdentityAssertionClaims, @Param('domain') domain: string): Promise<Domain> {
    return this.verifyDomain.run(await this.actingMember.acting(caller, 'org:admin'), domain);
  }

  @Patch(':domain')
  @Header('cache-control', 'no-store')
  async change(@Caller() caller: IdentityAssertionClaims, @Param('domain') domain: string, @Body() body: unknown): Promise<Domain> {
    return this.changeDomain.run(await this.actingMember.acting(caller, 'org:admin'), domain, parse(changeDomainSchema, body));
  }

  @Delete(':domain')
  @Header('cache-control', 'no-store')
  async delete(@Caller() caller: IdentityAssertionClaims, @Param('domain') domain: string): Promise<DeletedDomain> {
    return this.deleteDomain.run(await this.actingMember.acting(caller, 'org:admin'), domain);
  }
}
