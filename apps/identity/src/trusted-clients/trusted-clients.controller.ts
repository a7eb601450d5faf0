import { trustClientSchema, withinOrgQuerySchema, type IdentityAssertionClaims, type TrustedClient } from '@latchkey/contracts';
import { Body, Controller, Delete, Get, Header, Param, Post, Query, UseGuards } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { DistrustClient } from './distrust-client.ts';
import { ListTrustedClients } from './list-trusted-clients.ts';
import { TrustClient } from './trust-client.ts';

@Controller('v1/trusted-clients')
@UseGuards(CallerGuard)
export class TrustedClientsController {
  constructor(
    private readonly trustClient: TrustClient,
    private readonly listTrusted: ListTrustedClients,
    private readonly distrustClient: DistrustClient,
  ) {}

  @Post()
  @Header('cache-control', 'no-store')
  trust(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<TrustedClient> {
    return this.trustClient.run(caller, parse(trustClientSchema, body));
  }

  @Get()
  @Header('cache-control', 'no-store')
  list(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<{ items: TrustedClient[]; nextCursor: string | null }> {
    return this.listTrusted.run(caller, parse(withinOrgQuerySchema, query));
  }

  @Delete(':id')
  @Header('cache-control', 'no-store')
  distrust(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<TrustedClient> {
    return this.distrustClient.run(caller, id);
  }
}
