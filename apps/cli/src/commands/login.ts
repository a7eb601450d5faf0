import { scopes } from '@latchkey/contracts';
import { Option } from 'commander';
import { examples, type Define } from '../command.ts';
import { Failure } from '../failure.ts';
import { requireSafe } from '../gateway-url.ts';
import { deviceLogin } from '../session/device-login.ts';
import { discover } from '../session/metadata.ts';

/** What the commands here take, and no more. */
const defaultScopes = ['keys:write', 'servers:write', 'audit:read', 'org:read', 'workflow:read'];

interface Options {
  scope: string[];
}

export const login: Define = (parent, act) => {
  parent
    .command('login')
    .description('sign in: prints a URL and a code, and waits until you have allowed it in a browser, on whatever machine')
    .addOption(new Option('--scope <scope...>', 'what may be done with it').choices(scopes.filter((scope) => !scope.startsWith('mcp:'))).default(defaultScopes, defaultScopes.join(' ')))
    .addHelpText('after', examples('latchkey login --gateway https://mcp.example.com', 'latchkey login --scope keys:read audit:read'))
    .action(
      act<Options>(async (context, { scope }) => {
        const { world, gateway, sessions, print } = context;
        if (context.hasKey) throw new Failure('usage', 'A token is given by --token or LATCHKEY_TOKEN, which needs no sign-in.', 'Leave it out to sign in.');
        requireSafe(gateway, 'The gateway', world.env);
        // Says at once, and not after a sign-in, that the file cannot be used.
        sessions.find(gateway);
        const issuer = await discover(world, gateway);
        const tokens = await deviceLogin(world, issuer, gateway, scope.join(' '));
        sessions.save(gateway, { issuer: issuer.issuer, tokenEndpoint: issuer.token_endpoint, revocationEndpoint: issuer.revocation_endpoint ?? null, ...tokens }, true);
        const given = { gateway, issuer: issuer.issuer, scopes: tokens.scope.split(' ').filter((one) => one !== '') };
        print.show(given, `Signed in to ${gateway}.\n`);
      }),
    );
};
