import { pageQuerySchema, registerEndUserIssuerSchema, type ChangedEndUserIssuer, type EndUserIssuer, type IdentityAssertionClaims } from '@latchkey/contracts';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { Body, Controller, Delete, Get, Header, Param, Post, Query, UseGuards } from '@nestjs/common';
import type { Page } from '../paging/page.ts';
import { ListIssuers } from './list-issuers.ts';
import { RegisterIssuer } from './register-issuer.ts';
import { RevokeIssuer } from './revoke-issuer.ts';

@Controller('v1/connections/issuers')
@UseGuards(CallerGuard)
export class EndUserIssuersController {
  constructor(
    private readonly registerIssuer: RegisterIssuer,
    private readonly listIssuers: ListIssuers,
    private readonly revokeIssuer: RevokeIssuer,
  ) {}

  @Post()
  @Header('cache-control', 'no-store')
  register(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<ChangedEndUserIssuer> {
    return this.registerIssuer.run(caller, parse(registerEndUserIssuerSchema, body));
  }

  @Get()
  @Header('cache-control', 'no-store')
  list(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<Page<EndUserIssuer>> {
    return this.listIssuers.run(caller, parse(pageQuerySchema, query));
  }

  @Delete(':id')
  @Header('cache-control', 'no-store')
  revoke(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<ChangedEndUserIssuer> {
    return this.revokeIssuer.run(caller, id);
  }
}
