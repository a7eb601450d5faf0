import {
  createIdentityProviderSchema,
  updateIdentityProviderSchema,
  withinOrgQuerySchema,
  type DeletedIdentityProvider,
  type IdentityAssertionClaims,
  type IdentityProvider,
} from '@latchkey/contracts';
import { Body, Controller, Delete, Get, Header, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { ActingMember } from '../organizations/acting-member.ts';
import { CreateProvider } from './create-provider.ts';
import { DeleteProvider } from './delete-provider.ts';
import { ListProviders } from './list-providers.ts';
import { UpdateProvider } from './update-provider.ts';

@Controller('v1/identity-providers')
@UseGuards(CallerGuard)
export class IdentityProvidersController {
  constructor(
    private readonly actingMember: ActingMember,
    private readonly createProvider: CreateProvider,
    private readonly listProviders: ListProviders,
    private readonly updateProvider: UpdateProvider,
    private readonly deleteProvider: DeleteProvider,
  ) {}

  @Post()
  @Header('cache-control', 'no-store')
  async create(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<IdentityProvider> {
    const input = parse(createIdentityProviderSchema, body);
    return this.createProvider.run(await this.actingMember.acting(caller, 'org:admin', input.org), input);
  }

  @Get()
  @Header('cache-control', 'no-store')
  list(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<{ items: IdentityProvider[]; nextCursor: string | null }> {
    return this.listProviders.run(caller, parse(withinOrgQuerySchema, query));
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  show(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<IdentityProvider> {
    return this.listProviders.one(caller, id);
  }

  @Patch(':id')
  @Header('cache-control', 'no-store')
  async update(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Body() body: unknown): Promise<IdentityProvider> {
    const input = parse(updateIdentityProviderSchema, body);
    return this.updateProvider.run(await this.actingMember.acting(caller, 'org:admin'), id, input);
  }

  @Delete(':id')
  @Header('cache-control', 'no-store')
  async delete(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<DeletedIdentityProvider> {
    return this.deleteProvider.run(await this.actingMember.acting(caller, 'org:admin'), id);
  }
}
