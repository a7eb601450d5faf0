import {
  authorizeConnectionSchema,
  createConnectionSchema,
  listConnectionsQuerySchema,
  ownConnectionSchema,
  pageQuerySchema,
  rotateConnectionSchema,
  updateConnectionSchema,
  type ChangedConnection,
  type Connection,
  type ConnectionAuthorization,
  type ConnectionHolder,
  type Disconnected,
  type IdentityAssertionClaims,
  type RevokedConnection,
} from '@latchkey/contracts';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Post, Put, Query, UseGuards } from '@nestjs/common';
import type { Page } from '../paging/page.ts';
import { ChangeConnection } from './definitions/change-connection.ts';
import { CreateConnectionOperation } from './definitions/create-connection.ts';
import { EndHolder } from './definitions/end-holder.ts';
import { ListHolders } from './definitions/list-holders.ts';
import { ListConnections } from './definitions/list-connections.ts';
import { RevokeConnection } from './definitions/revoke-connection.ts';
import { RotateConnectionOperation } from './definitions/rotate-connection.ts';
import { ShowConnection } from './definitions/show-connection.ts';
import { AuthorizeConnectionOperation } from './own/authorize-connection.ts';
import { Disconnect } from './own/disconnect.ts';
import { SetOwnValue } from './own/set-own-value.ts';

@Controller('v1/connections')
@UseGuards(CallerGuard)
export class ConnectionsController {
  constructor(
    private readonly createConnection: CreateConnectionOperation,
    private readonly listConnections: ListConnections,
    private readonly showConnection: ShowConnection,
    private readonly changeConnection: ChangeConnection,
    private readonly rotateConnection: RotateConnectionOperation,
    private readonly revokeConnection: RevokeConnection,
    private readonly authorizeConnection: AuthorizeConnectionOperation,
    private readonly setOwnValue: SetOwnValue,
    private readonly disconnectOwn: Disconnect,
    private readonly listHolders: ListHolders,
    private readonly endHolder: EndHolder,
  ) {}

  @Post()
  @Header('cache-control', 'no-store')
  create(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<ChangedConnection> {
    return this.createConnection.run(caller, parse(createConnectionSchema, body));
  }

  @Get()
  @Header('cache-control', 'no-store')
  list(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<Page<Connection>> {
    return this.listConnections.run(caller, parse(listConnectionsQuerySchema, query));
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  show(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<Connection> {
    return this.showConnection.run(caller, id);
  }

  @Patch(':id')
  @Header('cache-control', 'no-store')
  change(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Body() body: unknown): Promise<Connection> {
    return this.changeConnection.run(caller, id, parse(updateConnectionSchema, body));
  }

  @Post(':id/rotate')
  @Header('cache-control', 'no-store')
  rotate(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Body() body: unknown): Promise<ChangedConnection> {
    return this.rotateConnection.run(caller, id, parse(rotateConnectionSchema, body));
  }

  @Delete(':id')
  @Header('cache-control', 'no-store')
  revoke(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<RevokedConnection> {
    return this.revokeConnection.run(caller, id);
  }

  @Post(':id/authorize')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  authorize(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Body() body: unknown): Promise<ConnectionAuthorization> {
    return this.authorizeConnection.run(caller, id, parse(authorizeConnectionSchema, body ?? {}));
  }

  @Put(':id/mine')
  @Header('cache-control', 'no-store')
  setOwn(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Body() body: unknown): Promise<ChangedConnection> {
    return this.setOwnValue.run(caller, id, parse(ownConnectionSchema, body));
  }

  @Delete(':id/mine')
  @Header('cache-control', 'no-store')
  disconnect(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string): Promise<Disconnected> {
    return this.disconnectOwn.run(caller, id);
  }

  @Get(':id/holders')
  @Header('cache-control', 'no-store')
  holders(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Query() query: unknown): Promise<Page<ConnectionHolder>> {
    return this.listHolders.run(caller, id, parse(pageQuerySchema, query));
  }

  @Delete(':id/holders/:holder')
  @Header('cache-control', 'no-store')
  end(@Caller() caller: IdentityAssertionClaims, @Param('id') id: string, @Param('holder') holder: string): Promise<Disconnected> {
    return this.endHolder.run(caller, id, holder);
  }
}
