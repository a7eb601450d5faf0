import type { Provider, Type } from '@nestjs/common';
import { ConsoleSessionsController } from './console-sessions.controller.ts';
import { EndOwnSession } from './end-own-session.ts';
import { ListSessions } from './list-sessions.ts';
import { SessionsController } from './sessions.controller.ts';

export const sessionsProviders: Provider[] = [EndOwnSession, ListSessions];
export const sessionsControllers: Type[] = [ConsoleSessionsController, SessionsController];
