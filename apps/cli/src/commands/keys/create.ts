import { scopes, type MintPat, type Scope } from '@latchkey/contracts';
import { InvalidArgumentError, Option } from 'commander';
import { examples, moment, type Define } from '../../command.ts';
import { ownOrg } from '../own-org.ts';
import { showOnce } from './show-once.ts';

type Grant = NonNullable<MintPat['grants']>[number];

interface Options {
  scope: Scope[];
  org?: string;
  project?: string[];
  grant?: Grant[];
  tool?: string[];
  expires: string;
  expiresAt?: string;
  ip?: string[];
  rate?: NonNullable<MintPat['rateLimit']>;
  service?: boolean;
  idempotencyKey?: string;
}

/** `org/acme/project/prod=read,write` */
export function grant(text: string, before: Grant[] = []): Grant[] {
  const [, resource = '', actions = ''] = /^([^=]+)=((?:read|write|delete)(?:,(?:read|write|delete))*)$/.exec(text) ?? [];
  if (resource === '') throw new InvalidArgumentError('A resource and what may be done with it, such as org/acme/project/prod=read,write.');
  return [...before, { resource, actions: actions.split(',') as Grant['actions'] }];
}

/** `100/60`: so many in so many seconds */
export function rate(text: string): NonNullable<MintPat['rateLimit']> {
  const [, limit = '', windowSeconds = ''] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
  if (limit === '') throw new InvalidArgumentError('Requests and seconds, such as 100/60.');
  return { limit: Number(limit), windowSeconds: Number(windowSeconds) };
}

export const createKey: Define = (parent, act) => {
  parent
    .command('create <name>')
    .description('mint a key; the token goes to standard output, once')
    .addOption(new Option('--scope <scope...>', 'what it may do').choices(scopes).makeOptionMandatory())
    .option('--org <slug>', 'organization; without it, the one that you are signed in to')
    .option('--project <slug...>', 'only in these projects')
    .addOption(new Option('--grant <resource=actions...>', 'only this, such as org/acme/project/prod=read,write').argParser(grant))
    .option('--tool <server:tool...>', 'only these tools; * stands for anything')
    .addOption(new Option('--expires <when>', 'never, or after a number of hours or days').default('90d'))
    .addOption(new Option('--expires-at <time>', 'in the place of --expires').argParser(moment))
    .option('--ip <cidr...>', 'only from these addresses')
    .addOption(new Option('--rate <count/seconds>', 'at most so many requests').argParser(rate))
    .option('--service', 'a key of the organization, which belongs to nobody')
    .option('--idempotency-key <name>', 'your name for this mint: again under it, and no second key is made')
    .addHelpText('after', examples('latchkey keys create ci --scope mcp:read mcp:execute --project prod --expires 30d', 'latchkey keys create billing --service --scope keys:read > billing.key', 'latchkey keys create reader --scope mcp:read mcp:execute --tool "demo:get_*"'))
    .action(
      act<Options, [string]>(async (context, { scope, org, project, grant: grants, tool, expires, expiresAt, ip, rate: rateLimit, service, idempotencyKey }, name) => {
        const latchkey = await context.latchkey();
        const wanted = {
          name, org: org ?? (await ownOrg(context)), scopes: scope, ...(expiresAt === undefined ? { expiresIn: expires } : { expiresAt }),
          ...(project === undefined ? {} : { projects: project }), ...(grants === undefined ? {} : { grants }), ...(tool === undefined ? {} : { tools: tool }),
          ...(ip === undefined ? {} : { allowedIps: ip }), ...(rateLimit === undefined ? {} : { rateLimit }), ...(service === true ? { kind: 'service' as const } : {}),
        };
        showOnce(context.print, await latchkey.keys.mint(wanted, idempotencyKey === undefined ? {} : { idempotencyKey }));
      }),
    );
};
