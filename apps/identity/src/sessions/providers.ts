import type { Provider, Type } from '@nestjs/common';
import { ConsoleSessionsController } from './console-sessions.controller.ts';
import { EndOwnSession } from './end-own-session.ts';
import { EndSessionsBegunBy } from './end-sessions-begun-by.ts';
import { ListSessions } from './list-sessions.ts';
import { SessionsController } from './sessions.controller.ts';

export const sessionsProviders: Provider[] = [EndOwnSession, EndSessionsBegunBy, ListSessions];
export const sessionsControllers: Type[] = [ConsoleSessionsController, SessionsController];
