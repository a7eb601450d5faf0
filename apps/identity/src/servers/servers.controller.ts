import {
  changeServerSchema,
  listServersQuerySchema,
  registerServerSchema,
  type DeletedServer,
  type IdentityAssertionClaims,
  type RegisteredServer,
  type ProbedServer,
  type Server,
  type ShownServer,
} from '@latchkey/contracts';
import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { parse } from '@latchkey/problem';
import { Caller, CallerGuard } from '@latchkey/service';
import { ChangeServer } from './change-server.ts';
import { DeleteServer } from './delete-server.ts';
import { ListServers } from './list-servers.ts';
import { ProbeServer } from './probe/probe-server.ts';
import { RegisterServer } from './register-server.ts';
import { VisibleServer } from './visible-server.ts';

@Controller('v1/servers')
@UseGuards(CallerGuard)
export class ServersController {
  constructor(
    private readonly registerServer: RegisterServer,
    private readonly listServers: ListServers,
    private readonly visibleServer: VisibleServer,
    private readonly changeServer: ChangeServer,
    private readonly deleteServer: DeleteServer,
    private readonly probeServer: ProbeServer,
  ) {}

  @Post()
  @Header('cache-control', 'no-store')
  register(@Caller() caller: IdentityAssertionClaims, @Body() body: unknown): Promise<RegisteredServer> {
    return this.registerServer.run(caller, parse(registerServerSchema, body));
  }

  @Get()
  @Header('cache-control', 'no-store')
  list(@Caller() caller: IdentityAssertionClaims, @Query() query: unknown): Promise<{ items: Server[]; nextCursor: string | null }> {
    return this.listServers.run(caller, parse(listServersQuerySchema, query));
  }

  @Get(':slug')
  @Header('cache-control', 'no-store')
  show(@Caller() caller: IdentityAssertionClaims, @Param('slug') slug: string): Promise<ShownServer> {
    return this.visibleServer.show(caller, slug);
  }

  @Patch(':slug')
  @Header('cache-control', 'no-store')
  change(@Caller() caller: IdentityAssertionClaims, @Param('slug') slug: string, @Body() body: unknown): Promise<RegisteredServer> {
    return this.changeServer.run(caller, slug, parse(changeServerSchema, body));
  }

  @Post(':slug/probe')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  probe(@Caller() caller: IdentityAssertionClaims, @Param('slug') slug: string): Promise<ProbedServer> {
    return this.probeServer.run(caller, slug);
  }

  @Delete(':slug')
  @Header('cache-control', 'no-store')
  delete(@Caller() caller: IdentityAssertionClaims, @Param('slug') slug: string): Promise<DeletedServer> {
    return this.deleteServer.run(caller, slug);
  }
}
