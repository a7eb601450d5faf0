import { Command } from 'commander';
import type { Act, Define } from './command.ts';
import { doctor } from './commands/doctor.ts';
import { explain } from './commands/explain.ts';
import { feedStatus } from './commands/feed.ts';
import { createKey } from './commands/keys/create.ts';
import { listKeys } from './commands/keys/list.ts';
import { revokeKeys } from './commands/keys/revoke.ts';
import { rotateKey } from './commands/keys/rotate.ts';
import { showKey } from './commands/keys/show.ts';
import { verifyKey } from './commands/keys/verify.ts';
import { login } from './commands/login.ts';
import { logout } from './commands/logout.ts';
import { createServer } from './commands/servers/create.ts';
import { deleteServer } from './commands/servers/delete.ts';
import { listServers } from './commands/servers/list.ts';
import { probeServer } from './commands/servers/probe.ts';
import { showServer } from './commands/servers/show.ts';
import { serverTools } from './commands/servers/tools.ts';
import { updateServer } from './commands/servers/update.ts';
import { whoami } from './commands/whoami.ts';
import { version } from './version.ts';
import type { World } from './world.ts';

const sessionCommands: readonly Define[] = [login, logout, whoami];
/** Groups with what they are about, in the order of the help. */
const groups: Readonly<Record<string, readonly [about: string, commands: readonly Define[]]>> = {
  keys: ['personal access tokens and service keys', [listKeys, createKey, showKey, rotateKey, revokeKeys, verifyKey]],
  servers: ['the registry of MCP servers', [listServers, createServer, showServer, updateServer, deleteServer, probeServer, serverTools]],
  feed: ['how gateways follow changes', [feedStatus]],
};

const epilogue = `
Environment:
  LATCHKEY_GATEWAY_URL     the gateway, as --gateway
  LATCHKEY_TOKEN           a key or an access token, in the place of a sign-in: for CI
  LATCHKEY_MANAGEMENT_URL  the gateway's management port, for feed and doctor
  LATCHKEY_ALLOW_HTTP      true: lets credentials over plain HTTP to other machines
  XDG_CONFIG_HOME          where sign-ins are kept, in latchkey/sessions.json
  NO_COLOR                 no colours

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not signed in, 4 refused, 5 try again later
`;

/** The whole command line; what is written goes through the world, and nothing here ends the process. */
export function createProgram(world: Pick<World, 'out' | 'err'>, act: Act): Command {
  const program = new Command('latchkey')
    .description('Latchkey from the command line: who is calling, with what key, to which tool')
    .version(version, '--version', 'the version of this program')
    .option('--gateway <url>', 'public URL of the gateway; without it, that of the last sign-in')
    .option('--token <token>', 'a key or an access token. Others on this machine can see it: better in LATCHKEY_TOKEN')
    .option('--json', 'for programs: one document, or with --all a line for each')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: world.out, writeErr: world.err })
    .exitOverride()
    .showHelpAfterError('(--help says more)')
    .addHelpText('after', epilogue);
  for (const define of sessionCommands) define(program, act);
  for (const [name, [about, commands]] of Object.entries(groups)) {
    const group = program.command(name).description(about);
    for (const define of commands) define(group, act);
  }
  for (const define of [explain, doctor]) define(program, act);
  return program;
}
