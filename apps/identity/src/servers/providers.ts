import type { Provider, Type } from '@nestjs/common';
import { FindServer } from './find-server.ts';
import { ServerEntity } from './server.entity.ts';

export const serversProviders: Provider[] = [FindServer];
export const serversControllers: Type[] = [];
export const serversEntities: Type[] = [ServerEntity];
