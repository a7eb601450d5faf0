import { examples, type Define } from '../../command.ts';
import { keyText } from './columns.ts';

export const showKey: Define = (parent, act) => {
  parent
    .command('show <id>')
    .description('everything about a key but its token')
    .addHelpText('after', examples('latchkey keys show Ab3dEf9h'))
    .action(
      act<object, [string]>(async (context, _, id) => {
        const key = await (await context.latchkey()).keys.show(id);
        context.print.show(key, keyText(key));
      }),
    );
};
