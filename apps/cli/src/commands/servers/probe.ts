import type { ServerProbe } from '@latchkey/contracts';
import { examples, type Define } from '../../command.ts';
import { exitCodes } from '../../exit-codes.ts';
import { fields } from '../../text.ts';

export const probeText = (probe: ServerProbe): string =>
  fields({
    probed: probe.at, outcome: probe.outcome, transport: probe.transport, protocol: probe.protocolVersions.length === 0 ? undefined : probe.protocolVersions.join(', '),
    server: probe.serverInfo === null ? undefined : `${probe.serverInfo.name} ${probe.serverInfo.version}`, tools: probe.tools?.map(({ name }) => name).join(', '),
    ...Object.fromEntries(probe.problems.map(({ code, detail }) => [code, detail])),
  });

export const probeServer: Define = (parent, act) => {
  parent
    .command('probe <slug>')
    .description('let a gateway look at a server as a client does. Exit code 1: it cannot speak to it')
    .addHelpText('after', examples('latchkey servers probe demo'))
    .action(
      act<object, [string]>(async (context, _, slug) => {
        const probe = await (await context.latchkey()).call('probeServer', { slug });
        context.print.show(probe, probeText(probe));
        return probe.outcome === 'failed' || probe.outcome === 'unknown' ? exitCodes.failed : exitCodes.ok;
      }),
    );
};
