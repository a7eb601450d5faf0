import {
  listOauthClientsQuerySchema,
  registerOauthClientSchema,
  rotateClientSecretSchema,
  updateOauthClientSchema,
  type DeletedOauthClient,
  type IdentityAssertionClaims,
  type OauthClient,
  type RegisteredOauthClient,
  type UpdatedOauthClient,
} from '@latchkey/contracts';
import { Body, Controller, Delete, Get, Header, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { DeleteOauthClient } from './delete-oauth-client.ts';
import { ListOauthClients } from './list-oauth-clients.ts';
import { RegisterOauthClient } from './register-oauth-client.ts';
import { RotateClientSecret } from './rotate-client-secret.ts';
import { UpdateOauthClient } from './update-oauth-client.ts';
import { VisibleOauthClient } from './visible-oauth-client.ts';

@Controller('v1/oauth-clients')
@UseGuards(CallerGuard)
export class OauthClientsController {
  constructor(
    private readonly registerClient: RegisterOauthClient,
    private readonly listClients: ListOauthClients,
    private readonly visibleClient: VisibleOauthClient,
    private readonly updateClient: UpdateOauthClient,
    private readonly rotateSecret: RotateClientSecret,
    private readonly deleteClient: DeleteOauthClient,
  ) {}

  @Post()
  @Header('cache-control', 'no-store')
  register(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<RegisteredOauthClient> {
    return this.registerClient.run(caller, parse(registerOauthClientSchema, body));
  }

  @Get()
  @Header('cache-control', 'no-store')
  list(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<{ items: OauthClient[]; nextCursor: string | null }> {
    return this.listClients.run(caller, parse(listOauthClientsQuerySchema, query));
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  show(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<OauthClient> {
    return this.visibleClient.show(caller, id);
  }

  @Patch(':id')
  @Header('cache-control', 'no-store')
  update(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Body() body: unknown): Promise<UpdatedOauthClient> {
    return this.updateClient.run(caller, id, parse(updateOauthClientSchema, body));
  }

  @Post(':id/rotate-secret')
  @Header('cache-control', 'no-store')
  rotate(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Body() body: unknown): Promise<RegisteredOauthClient> {
    return this.rotateSecret.run(caller, id, parse(rotateClientSecretSchema, body ?? {}));
  }

  @Delete(':id')
  @Header('cache-control', 'no-store')
  delete(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<DeletedOauthClient> {
    return this.deleteClient.run(caller, id);
  }
}
