import { examples, type Define } from '../command.ts';
import { ask, refusalOf } from '../http.ts';
import { fields } from '../text.ts';

export const whoami: Define = (parent, act) => {
  parent
    .command('whoami')
    .description('who the gateway takes you for')
    .addHelpText('after', examples('latchkey whoami', 'LATCHKEY_TOKEN=$(cat key.txt) latchkey whoami --json'))
    .action(
      act(async (context) => {
        const { world, gateway, print } = context;
        const { token, source } = await context.credential();
        const answer = await ask(world, `${gateway}/authz/credential`, { headers: { authorization: `Bearer ${token}` } });
        if (answer.status !== 200) throw refusalOf(answer);
        const told = (name: string): string | null => answer.headers.get(name);
        const who = {
          gateway, user: told('x-user-id'), org: told('x-tenant-id'), credential: told('latchkey-credential'), client: told('latchkey-client'),
          scopes: told('latchkey-scope')?.split(' ') ?? [], source,
        };
        print.show(who, fields({ ...who, scopes: who.scopes.join(' ') }));
      }),
    );
};
