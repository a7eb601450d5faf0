import type { Provider, Type } from '@nestjs/common';
import { ConsoleController } from './console.controller.ts';
import { ConsoleSessionEntity } from './session.entity.ts';
import { ConsoleSessions } from './sessions.ts';
import { ShowConsole } from './show-console.ts';

export const consoleProviders: Provider[] = [ConsoleSessions, ShowConsole];
export const consoleControllers: Type[] = [ConsoleController];
export const consoleEntities: Type[] = [ConsoleSessionEntity];
