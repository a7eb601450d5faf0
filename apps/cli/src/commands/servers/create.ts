import { Option } from 'commander';
import { examples, type Define } from '../../command.ts';
import { ownOrg } from '../own-org.ts';
import { serverText } from './columns.ts';
import { settingOptions, settingsOf, type SettingOptions } from './settings.ts';

interface Options extends SettingOptions {
  url: string;
  project: string;
  name?: string;
  org?: string;
  folder?: string;
  probe: 'required' | 'on' | 'off';
}

const probes = { required: 'required', on: true, off: false } as const;

export const createServer: Define = (parent, act) => {
  settingOptions(
    parent
      .command('create <slug>')
      .description('register an MCP server; its slug is for ever, and unique in the deployment')
      .requiredOption('--url <url>', 'where it is')
      .requiredOption('--project <slug>', 'which it belongs to')
      .option('--name <name>', 'what people read; without it, the slug')
      .option('--org <slug>', 'organization; without it, the one that you are signed in to')
      .option('--folder <slug>', 'in the project')
      .addOption(new Option('--probe <when>', 'whether a gateway looks at it at once; required: or else it is not registered').choices(['required', 'on', 'off']).default('on')),
  )
    .addHelpText('after', examples('latchkey servers create demo --url https://mcp.internal.example/mcp --project prod', 'latchkey servers create demo --url https://mcp.internal.example/mcp --project prod --deny-tool "delete_*" --probe required'))
    .action(
      act<Options, [string]>(async (context, options, slug) => {
        const { url, project, name = slug, org, folder, probe } = options;
        const settings = await settingsOf(context.world, options);
        const latchkey = await context.latchkey();
        const server = await latchkey.call('registerServer', { org: org ?? (await ownOrg(context)), project, ...(folder === undefined ? {} : { folder }), slug, name, url, probe: probes[probe], ...settings });
        context.print.show(server, serverText(server));
      }),
    );
};
