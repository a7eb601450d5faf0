import type { Provider, Type } from '@nestjs/common';
import { ConsoleController } from './console.controller.ts';
import { ConsoleSignIn } from './console-sign-in.ts';
import { CurrentPerson } from './current-person.ts';
import { IssueConsoleToken } from '../tokens/issue-console-token.ts';
import { KeysApi } from './keys-api.ts';
import { ManageKeys } from './manage-keys.ts';
import { RevokeEverything } from './revoke-everything.ts';
import { ConsoleSessionEntity } from './session.entity.ts';
import { ConsoleSessions } from './sessions.ts';
import { ShowConsole } from './show-console.ts';

export const consoleProviders: Provider[] = [ConsoleSessions, ConsoleSignIn, CurrentPerson, IssueConsoleToken, KeysApi, ManageKeys, RevokeEverything, ShowConsole];
export const consoleControllers: Type[] = [ConsoleController];
export const consoleEntities: Type[] = [ConsoleSessionEntity];
