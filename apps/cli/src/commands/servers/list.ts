import { examples, listOptions, type Define } from '../../command.ts';
import { serverColumns } from './columns.ts';

interface Options {
  org?: string;
  project?: string;
  folder?: string;
  limit?: number;
  cursor?: string;
  all?: boolean;
}

export const listServers: Define = (parent, act) => {
  listOptions(
    parent
      .command('list')
      .description('registered MCP servers')
      .option('--org <slug>', 'of an organization')
      .option('--project <slug>', 'of a project')
      .option('--folder <slug>', 'of a folder'),
  )
    .addHelpText('after', examples('latchkey servers list --project prod', 'latchkey servers list --all --json | jq -r .resource'))
    .action(
      act<Options>(async (context, { all = false, ...filter }) => {
        const latchkey = await context.latchkey();
        if (all) await context.print.all(latchkey.items('listServers', filter), serverColumns);
        else context.print.page(await latchkey.call('listServers', filter), serverColumns);
      }),
    );
};
