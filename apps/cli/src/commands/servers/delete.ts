import { examples, type Define } from '../../command.ts';
import { Failure } from '../../failure.ts';

interface Options {
  yes?: boolean;
}

export const deleteServer: Define = (parent, act) => {
  parent
    .command('delete <slug>')
    .description('delete a server; its slug is not given out again')
    .option('--yes', 'needed: it cannot be taken back')
    .addHelpText('after', examples('latchkey servers delete demo --yes'))
    .action(
      act<Options, [string]>(async (context, { yes = false }, slug) => {
        if (!yes) throw new Failure('usage', `This deletes ${slug} for ever.`, 'Add --yes.');
        const deleted = await (await context.latchkey()).call('deleteServer', { slug });
        context.print.show(deleted, `Deleted ${slug}.\n`);
      }),
    );
};
