import type { Provider, Type } from '@nestjs/common';
import { ChangeServer } from './change-server.ts';
import { DeleteServer } from './delete-server.ts';
import { FindServer } from './find-server.ts';
import { HealthController } from './health.controller.ts';
import { IngestHealth } from './ingest-health.ts';
import { ListServers } from './list-servers.ts';
import { RegisterServer } from './register-server.ts';
import { ServerEntity } from './server.entity.ts';
import { ServerHealthEntity } from './server-health.entity.ts';
import { ServerRevisionEntity } from './server-revision.entity.ts';
import { ServersController } from './servers.controller.ts';
import { VisibleServer } from './visible-server.ts';

export const serversProviders: Provider[] = [ChangeServer, DeleteServer, FindServer, IngestHealth, ListServers, RegisterServer, VisibleServer];
export const serversControllers: Type[] = [ServersController, HealthController];
export const serversEntities: Type[] = [ServerEntity, ServerHealthEntity, ServerRevisionEntity];
