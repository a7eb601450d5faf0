import { examples, type Define } from '../../command.ts';

export const serverTools: Define = (parent, act) => {
  parent
    .command('tools <slug>')
    .description('the tools of a server that you may use')
    .addHelpText('after', examples('latchkey servers tools demo', "latchkey servers tools demo --json | jq '.items[].inputSchema'"))
    .action(
      act<object, [string]>(async (context, _, server) => {
        const page = await (await context.latchkey()).call('listTools', { server });
        context.print.page(page, [['name', ({ name }) => name], ['description', ({ title, description }) => (description ?? title ?? '').split('\n', 1)[0] ?? '']]);
      }),
    );
};
