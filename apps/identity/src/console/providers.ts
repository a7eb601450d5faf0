import type { Provider, Type } from '@nestjs/common';
import { ConsoleController } from './console.controller.ts';
import { ConsoleSignIn } from './console-sign-in.ts';
import { CurrentPerson } from './current-person.ts';
import { IssueConsoleToken } from '../tokens/issue-console-token.ts';
import { KeysApi } from './keys-api.ts';
import { ManageKeys } from './manage-keys.ts';
import { ActingInConsole } from './organization/acting-in-console.ts';
import { OrganizationPagesController } from './organization/organization-pages.controller.ts';
import { ShowMembers } from './organization/show-members.ts';
import { RevokeEverything } from './revoke-everything.ts';
import { ConsoleSessionEntity } from './session.entity.ts';
import { ConsoleSessions } from './sessions.ts';
import { ShowConsole } from './show-console.ts';

export const consoleProviders: Provider[] = [ActingInConsole, ConsoleSessions, ConsoleSignIn, CurrentPerson, IssueConsoleToken, KeysApi, ManageKeys, RevokeEverything, ShowConsole, ShowMembers];
export const consoleControllers: Type[] = [ConsoleController, OrganizationPagesController];
export const consoleEntities: Type[] = [ConsoleSessionEntity];
