import { Option } from 'commander';
import { examples, seconds, type Define } from '../../command.ts';
import { showOnce } from './show-once.ts';

interface Options {
  grace: number;
  idempotencyKey?: string;
}

export const rotateKey: Define = (parent, act) => {
  parent
    .command('rotate <id>')
    .description('give a key a successor; the new token goes to standard output, once')
    .addOption(new Option('--grace <duration>', 'how long the old token goes on working, such as 24h; at most 7d').argParser(seconds).default(0, 'none'))
    .option('--idempotency-key <name>', 'your name for this rotation: again under it, and no second successor is made')
    .addHelpText('after', examples('latchkey keys rotate Ab3dEf9h --grace 24h > ci.key'))
    .action(
      act<Options, [string]>(async (context, { grace, idempotencyKey }, id) => {
        const latchkey = await context.latchkey();
        showOnce(context.print, await latchkey.keys.rotate(id, { graceSeconds: grace }, idempotencyKey === undefined ? {} : { idempotencyKey }));
      }),
    );
};
