import { examples, type Define } from '../command.ts';
import { Failure } from '../failure.ts';
import { requireSafe } from '../gateway-url.ts';
import { revoke } from '../session/device-login.ts';

interface Options {
  local?: boolean;
}

export const logout: Define = (parent, act) => {
  parent
    .command('logout')
    .description('end the sign-in, with every token that came of it')
    .option('--local', 'only forget it here, where the issuer cannot be reached: it stays alive')
    .addHelpText('after', examples('latchkey logout', 'latchkey logout --gateway https://mcp.example.com'))
    .action(
      act<Options>(async ({ world, gateway, sessions, print }, { local = false }) => {
        const session = sessions.find(gateway);
        if (session === null) throw new Failure('not_signed_in', `You are not signed in to ${gateway}.`);
        if (!local) {
          if (session.revocationEndpoint === null) throw new Failure('bad_metadata', `${session.issuer} has no way to end a sign-in.`, 'latchkey logout --local forgets it here.');
          requireSafe(session.revocationEndpoint, 'The issuer', world.env);
          await revoke(world, session.revocationEndpoint, session.refreshToken ?? session.accessToken);
        }
        sessions.forget(gateway);
        print.show({ gateway, revoked: !local }, local ? `Forgotten here; the sign-in to ${gateway} is still alive.\n` : `Signed out of ${gateway}.\n`);
      }),
    );
};
