import { LatchkeyError } from '@latchkey/client';
import type { Explained, ExplainedEvent } from '@latchkey/contracts';
import { Option } from 'commander';
import { examples, type Define } from '../command.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { fields, table } from '../text.ts';

interface Options {
  server?: string;
  tool?: string;
  method?: string;
  door?: 'mcp' | 'rest';
  credential?: string;
}

export const explain: Define = (parent, act) => {
  parent
    .command('explain [request-id]')
    .description('why a request was allowed or refused, rule by rule; or whether one would be now')
    .option('--server <slug>', 'would a call to this server be allowed now?')
    .option('--tool <name>', 'to this tool of it')
    .option('--method <method>', 'another method of MCP than tools/call')
    .addOption(new Option('--door <door>', 'as an MCP client, or tool by tool over REST').choices(['mcp', 'rest']))
    .option('--credential <id>', 'with this key, and not the one that asks')
    .addHelpText('after', examples('latchkey explain 0b8f6c1e-7d2c-4c62-9a3e-0f5f2f8f3a10', 'latchkey explain --server demo --tool add_task', 'latchkey explain --server demo --tool add_task --credential Ab3dEf9h --json'))
    .action(
      act<Options, [string | undefined]>(async (context, { server, ...about }, requestId) => {
        if ((requestId === undefined) === (server === undefined)) throw new Failure('usage', 'Name the id of a request, or a server: one of the two.');
        if (requestId !== undefined && Object.keys(about).length > 0) throw new Failure('usage', 'What was asked in that request is known: leave the options out.');
        if (requestId !== undefined) return then(context, requestId);
        const explained = await (await context.latchkey()).call('explain', { server: server ?? '', ...about });
        context.print.show(explained, `${fields({ server: explained.server, method: explained.method, tool: explained.tool, credential: `${explained.credential.kind}:${explained.credential.id}` })}\n${verdict(context, explained)}`);
      }),
    );
};

/** Of what a gateway decided. What identity or keys refused further on has an entry of its own, and its code says why. */
async function then(context: Context, requestId: string): Promise<void> {
  const latchkey = await context.latchkey();
  const asked = { requestId, limit: 100 };
  // All of the organization is for those who administer it, who find the requests of others too; everybody else finds their own.
  const { items } = await latchkey.call('listAuditEvents', asked).catch((error: unknown) => {
    if (!(error instanceof LatchkeyError) || error.code !== 'insufficient_role') throw error;
    return latchkey.call('listAuditEvents', { ...asked, actor: 'me' });
  });
  const entry = items.find(({ service }) => service === 'gateway') ?? items.at(-1);
  if (entry === undefined) throw new Failure('negative', `No entry of the audit log has the request id ${requestId}.`, 'It takes a second or two until one is there. Members see their own only.');
  const explained = await latchkey.call('explainAuditEvent', { id: entry.id });
  const { event, note, agrees } = explained;
  const about = fields({ request: event.requestId, at: event.at, action: event.action, outcome: event.outcome, code: event.code, note, 'decided again': agrees === null ? null : agrees ? 'the same' : 'another outcome' });
  context.print.show(explained, `${about}${explained.decision === null ? '' : `\n${verdict(context, explained)}`}`);
}

function verdict({ print }: Context, { decision, rules }: Pick<Explained | ExplainedEvent, 'decision' | 'rules'>): string {
  const said = decision?.kind === 'allow' ? print.colour('green', 'allowed') : `${print.colour('red', 'refused')}: ${decision?.kind === 'scope' ? `insufficient_scope, needs ${decision.required.join(' ')}` : (decision?.code ?? '')}`;
  const marked = table([['rule', ({ rule }) => rule], ['', ({ passed }) => (passed ? 'yes' : 'NO')], ['why', ({ why }) => why]], rules);
  return `${said}\n\n${marked}`;
}
