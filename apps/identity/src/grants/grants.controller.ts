import { listGrantsQuerySchema, pageQuerySchema, revokeGrantsSchema, type IdentityAssertionClaims, type IssuedGrant, type RememberedConsent, type RevokedGrant, type RevokedGrants } from '@latchkey/contracts';
import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { ListGrants } from './list-grants.ts';
import { RememberedConsents } from './remembered-consents.ts';
import { RevokeGrants } from './revoke-grants.ts';

@Controller('v1/grants')
@UseGuards(CallerGuard)
export class GrantsController {
  constructor(
    private readonly listGrants: ListGrants,
    private readonly revokeGrants: RevokeGrants,
    private readonly rememberedConsents: RememberedConsents,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  list(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<{ items: IssuedGrant[]; nextCursor: string | null }> {
    return this.listGrants.run(caller, parse(listGrantsQuerySchema, query));
  }

  @Get('remembered')
  @Header('cache-control', 'no-store')
  remembered(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<{ items: RememberedConsent[]; nextCursor: string | null }> {
    return this.rememberedConsents.list(caller, parse(pageQuerySchema, query));
  }

  @Delete('remembered/:id')
  @Header('cache-control', 'no-store')
  forget(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<{ id: string }> {
    return this.rememberedConsents.forget(caller, id);
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  show(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<IssuedGrant> {
    return this.listGrants.one(caller, id);
  }

  @Post('revoke')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  revokeMany(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<RevokedGrants> {
    return this.revokeGrants.many(caller, parse(revokeGrantsSchema, body));
  }

  @Delete(':id')
  @Header('cache-control', 'no-store')
  revoke(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<RevokedGrant> {
    return this.revokeGrants.one(caller, id);
  }
}
