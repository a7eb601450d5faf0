import { Option } from 'commander';
import { examples, seconds, type Define } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { feedProblems, managementUrlOf, readFeedStatus } from '../doctor/feed-status.ts';
import { table } from '../text.ts';

interface Options {
  management?: string;
  bound: number;
}

export const feedStatus: Define = (parent, act) => {
  parent
    .command('status')
    .description('how fresh what a gateway knows is. Exit code 1: not fresh enough')
    .option('--management <url>', "the gateway's management port; without it LATCHKEY_MANAGEMENT_URL, or port + 1000 on this machine")
    .addOption(new Option('--bound <duration>', 'how old the proof may be').argParser(seconds).default(5, '5s'))
    .addHelpText('after', examples('latchkey feed status', 'latchkey feed status --management http://gateway-0.internal:9080 --json'))
    .action(
      act<Options>(async ({ world, gateway, print }, { management, bound }) => {
        const status = await readFeedStatus(world, managementUrlOf(world, gateway, management));
        print.show(
          status,
          table([['feed', ([feed]) => feed], ['age', ([, { ageMs }]) => (ageMs === null ? 'never' : `${ageMs} ms`)], ['applied', ([, { appliedSequence }]) => String(appliedSequence)], ['digest', ([, { digestOk }]) => (digestOk === null ? 'unknown' : digestOk ? 'ok' : 'WRONG')], ['epoch', ([, { epoch }]) => epoch ?? '']], Object.entries(status)),
        );
        const problems = feedProblems(status, bound * 1000);
        for (const problem of problems) print.note(problem);
        return problems.length === 0 ? exitCodes.ok : exitCodes.failed;
      }),
    );
};
