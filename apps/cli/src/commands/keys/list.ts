import { patStatusSchema } from '@latchkey/contracts';
import { Option } from 'commander';
import { examples, listOptions, moment, seconds, type Define } from '../../command.ts';
import { keyColumns } from './columns.ts';

interface Options {
  status?: 'active' | 'expiring' | 'expired' | 'revoked';
  owner?: string;
  org?: string;
  unusedSince?: string;
  longerThan?: number;
  limit?: number;
  cursor?: string;
  all?: boolean;
}

export const listKeys: Define = (parent, act) => {
  listOptions(
    parent
      .command('list')
      .description('keys, newest first; revoked and expired ones stay listed')
      .addOption(new Option('--status <status>', 'those that are').choices(patStatusSchema.options))
      .option('--owner <user>', 'of one person, by id')
      .option('--org <slug>', 'of an organization')
      .addOption(new Option('--unused-since <time>', 'that nobody has used since').argParser(moment))
      .addOption(new Option('--longer-than <duration>', 'that were given a longer life, such as 90d').argParser(seconds)),
  )
    .addHelpText('after', examples('latchkey keys list', 'latchkey keys list --unused-since 2026-01-01 --all', "latchkey keys list --status expiring --all --json | jq -r .id"))
    .action(
      act<Options>(async (context, { all = false, longerThan, ...filter }) => {
        const latchkey = await context.latchkey();
        const query = { ...filter, ...(longerThan === undefined ? {} : { longerThanSeconds: longerThan }) };
        if (all) await context.print.all(latchkey.items('listPats', query), keyColumns);
        else context.print.page(await latchkey.call('listPats', query), keyColumns);
      }),
    );
};
