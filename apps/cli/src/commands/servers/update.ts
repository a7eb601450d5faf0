import { Option } from 'commander';
import { examples, orItsOpposite, wholeNumber, type Define } from '../../command.ts';
import { Failure } from '../../failure.ts';
import { serverText } from './columns.ts';
import { settingOptions, settingsOf, type SettingOptions } from './settings.ts';

interface Options extends SettingOptions {
  name?: string;
  url?: string;
  folder?: string | false;
  revision?: number;
}

export const updateServer: Define = (parent, act) => {
  settingOptions(
    orItsOpposite(parent.command('update <slug>'), 'folder')
      .description('change a server; what is not named stays as it is')
      .option('--name <name>', 'what people read')
      .option('--url <url>', 'where it is')
      .option('--folder <slug>', 'in the project')
      .option('--no-folder', 'in no folder')
      .addOption(new Option('--revision <number>', 'that the change was made from; another one by now is a conflict').argParser(wholeNumber(1, 1_000_000_000))),
  )
    .addHelpText('after', examples('latchkey servers update demo --deny-tool "delete_*"', 'latchkey servers update demo --url https://new.internal.example/mcp --revision 4'))
    .action(
      act<Options, [string]>(async (context, options, slug) => {
        const { name, url, folder, revision } = options;
        const latchkey = await context.latchkey();
        const narrows = options.allowTool !== undefined || options.denyTool !== undefined || options.role !== undefined;
        const present = narrows ? await latchkey.call('showServer', { slug }) : undefined;
        const change = {
          ...(name === undefined ? {} : { name }), ...(url === undefined ? {} : { url }), ...(folder === undefined ? {} : { folder: folder === false ? null : folder }),
          ...(await settingsOf(context.world, options, present?.restrictions)),
        };
        if (Object.keys(change).length === 0) throw new Failure('usage', 'Nothing to change is named.');
        // What was read and is written back must not undo what somebody has changed meanwhile.
        const from = revision ?? present?.revision;
        const server = await latchkey.call('changeServer', { slug, ...change, ...(from === undefined ? {} : { revision: from }) });
        context.print.show(server, serverText(server));
      }),
    );
};
