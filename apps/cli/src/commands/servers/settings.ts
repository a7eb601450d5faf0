import { readFile } from 'node:fs/promises';
import { projectRoleSchema, serverRestrictionsSchema, serverSettingsInputs } from '@latchkey/contracts';
import { Option, type Command } from 'commander';
import { z } from 'zod';
import { orItsOpposite } from '../../command.ts';
import { Failure } from '../../failure.ts';
import type { World } from '../../world.ts';

type Restrictions = z.infer<typeof serverRestrictionsSchema>;
const settingsSchema = z.strictObject(serverSettingsInputs);
export type Settings = z.infer<typeof settingsSchema>;

export interface SettingOptions {
  allowTool?: string[];
  denyTool?: string[];
  role?: Restrictions['allowedRoles'];
  tokenUrls?: boolean;
  listed?: boolean;
  settings?: string;
}

export const settingOptions = (command: Command): Command =>
  orItsOpposite(command, 'token-urls', 'listed')
    .option('--allow-tool <glob...>', 'only these tools')
    .option('--deny-tool <glob...>', 'never these tools')
    .addOption(new Option('--role <role...>', 'only for these roles in the project').choices(projectRoleSchema.options))
    .option('--token-urls', 'clients may put their key into the URL')
    .option('--no-token-urls', 'they may not')
    .option('--listed', 'public documents name the server')
    .option('--no-listed', 'they do not')
    .option('--settings <file>', 'JSON with headers, limits, tls and what else the API takes; - is standard input');

/**
 * Settings of a file and of options, which go over it. A member is set as a whole: what is restricted already is where options begin.
 * @throws Failure `usage` for what is no settings
 */
export async function settingsOf(world: World, { allowTool, denyTool, role, tokenUrls, listed, settings: file }: SettingOptions, present?: Restrictions): Promise<Settings> {
  const given = file === undefined ? {} : parsed(file === '-' ? ((await world.input()) ?? '') : await contentOf(file));
  const restricted = { ...(allowTool === undefined ? {} : { allowedTools: allowTool }), ...(denyTool === undefined ? {} : { deniedTools: denyTool }), ...(role === undefined ? {} : { allowedRoles: role }) };
  const begin = given.restrictions ?? present ?? serverRestrictionsSchema.parse({});
  return {
    ...given,
    ...(Object.keys(restricted).length === 0 ? {} : { restrictions: { ...begin, ...restricted } }),
    ...(tokenUrls === undefined ? {} : { tokenUrls }),
    ...(listed === undefined ? {} : { listed }),
  };
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new Failure('usage', `${file} cannot be read.`, undefined, { cause });
  }
}

function parsed(text: string): Settings {
  try {
    return settingsSchema.parse(JSON.parse(text));
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    // What does not belong there is said of the whole, which has no path.
    const why = issue === undefined ? 'not JSON' : [...(issue.path.length === 0 ? [] : [issue.path.join('.')]), issue.message].join(': ');
    throw new Failure('usage', `These are no settings of a server: ${why}.`);
  }
}
