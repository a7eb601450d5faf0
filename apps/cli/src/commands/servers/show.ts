import { examples, type Define } from '../../command.ts';
import { serverText } from './columns.ts';
import { probeText } from './probe.ts';

export const showServer: Define = (parent, act) => {
  parent
    .command('show <slug>')
    .description('a server, with what a gateway found when it last looked')
    .addHelpText('after', examples('latchkey servers show demo'))
    .action(
      act<object, [string]>(async (context, _, slug) => {
        const server = await (await context.latchkey()).call('showServer', { slug });
        context.print.show(server, `${serverText(server)}${server.probe === null ? '' : `\n${probeText(server.probe)}`}`);
      }),
    );
};
