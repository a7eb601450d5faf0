import { scopes, type Scope } from '@latchkey/contracts';
import { Option } from 'commander';
import { examples, type Define } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { Failure } from '../../failure.ts';
import { fields } from '../../text.ts';

interface Options {
  scope?: Scope;
  resource?: string;
}

export const verifyKey: Define = (parent, act) => {
  parent
    .command('verify')
    .description('ask whether a token is good; it is read from standard input, where no list of processes shows it. Exit code 4: it is not')
    .addOption(new Option('--scope <scope>', 'and may do this').choices(scopes))
    .option('--resource <path>', 'and this, such as org/acme/project/prod/server/demo')
    .addHelpText('after', examples('latchkey keys verify < ci.key', 'latchkey keys verify --scope mcp:read --json < ci.key'))
    .action(
      act<Options>(async (context, question) => {
        const token = (await context.world.input())?.trim() ?? '';
        if (token === '') throw new Failure('usage', 'The token is read from standard input.', 'latchkey keys verify < file');
        const answer = await (await context.latchkey()).keys.verify({ token, ...question });
        const { principal } = answer;
        context.print.show(answer, answer.valid ? `${context.print.colour('green', 'good')}\n${principal === undefined ? '' : fields({ id: principal.id, name: principal.name, org: principal.org, owner: principal.owner, scopes: principal.scopes.join(' '), expires: principal.expiresAt ?? 'never' })}` : `${context.print.colour('red', 'not good')}: ${answer.code ?? ''}\n`);
        return answer.valid ? exitCodes.ok : exitCodes.refused;
      }),
    );
};
