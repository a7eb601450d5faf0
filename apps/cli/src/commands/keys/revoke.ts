import { Option } from 'commander';
import { examples, moment, type Define } from '../../command.ts';
import { Failure } from '../../failure.ts';

interface Options {
  reason?: string;
  user?: string;
  org?: string;
  project?: string;
  issuedBefore?: string;
  yes?: boolean;
}

export const revokeKeys: Define = (parent, act) => {
  parent
    .command('revoke [ids...]')
    .description('revoke keys for ever: those that are named, or all that meet what is said of them')
    .option('--user <id>', 'of a person')
    .option('--org <slug>', 'of an organization')
    .option('--project <slug>', 'that are for a project')
    .addOption(new Option('--issued-before <time>', 'that were minted before').argParser(moment))
    .option('--reason <text>', 'kept with the key')
    .option('--yes', 'needed where keys are not named one by one')
    .addHelpText('after', examples('latchkey keys revoke Ab3dEf9h --reason "laptop lost"', 'latchkey keys revoke --project prod --issued-before 2026-01-01 --yes'))
    .action(
      act<Options, [string[]]>(async (context, { reason, yes = false, ...which }, ids) => {
        const isBulk = Object.keys(which).length > 0;
        if (ids.length === 0 && !isBulk) throw new Failure('usage', 'Which keys? Name their ids, or say which by --user, --org, --project or --issued-before.');
        if (ids.length > 0 && isBulk) throw new Failure('usage', 'Name ids or say which keys, not both.');
        if (isBulk && !yes) throw new Failure('usage', 'This revokes every key that meets it, for ever.', 'Add --yes.');
        const { keys } = await context.latchkey();
        const [id = ''] = ids;
        if (ids.length === 1) return context.print.show(await keys.revoke(id, reason), `Revoked ${id}.\n`);
        const answer = await keys.revokeMany({ ...(isBulk ? which : { ids }), ...(reason === undefined ? {} : { reason }) });
        context.print.show(answer, `Revoked ${answer.revoked}.\n`);
      }),
    );
};
