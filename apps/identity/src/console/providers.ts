import { fileURLToPath } from 'node:url';
import type { Provider, Type } from '@nestjs/common';
import { ConsoleController } from './console.controller.ts';
import { ConsoleSignIn } from './console-sign-in.ts';
import { CurrentPerson } from './current-person.ts';
import { IssueConsoleToken } from '../tokens/issue-console-token.ts';
import { KeysApi } from './keys-api.ts';
import { ManagementApi } from './management-api.ts';
import { NewOrganizationController } from './organization/new-organization.controller.ts';
import { RevokeEverything } from './revoke-everything.ts';
import { ConsoleSessionEntity } from './session.entity.ts';
import { ConsoleSessions } from './sessions.ts';
import { AnswerFirst } from './web/answer-first.ts';
import { ConsoleApiController } from './web/console-api.controller.ts';
import { ConsoleApiLimit } from './web/console-api-limit.ts';
import { ConsoleFiles } from './web/console-files.ts';
import { ConsoleWebController } from './web/console-web.controller.ts';
import { ForwardToApi } from './web/forward-to-api.ts';
import { OpenConsole } from './web/open-console.ts';
import { ShowMe } from './web/show-me.ts';

/** Where the console's own build leaves its files; the same from the sources and from what is built of them. */
const consoleFolder = fileURLToPath(new URL('../../../console/dist', import.meta.url));

export const consoleProviders: Provider[] = [
  AnswerFirst, ConsoleApiLimit, ConsoleSessions, ConsoleSignIn, CurrentPerson, ForwardToApi, IssueConsoleToken, KeysApi, ManagementApi, OpenConsole, RevokeEverything, ShowMe,
  { provide: ConsoleFiles, useFactory: () => ConsoleFiles.read(consoleFolder) },
];
export const consoleControllers: Type[] = [ConsoleController, ConsoleApiController, ConsoleWebController, NewOrganizationController];
export const consoleEntities: Type[] = [ConsoleSessionEntity];
