import { examples, type Define } from '../command.ts';
import { examine } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Printer } from '../printer.ts';
import { clean } from '../text.ts';

interface Options {
  identity?: string;
  keys?: string;
  management?: string;
}

export const doctor: Define = (parent, act) => {
  parent
    .command('doctor')
    .description('look a deployment over from here, and say what is wrong and what to do. Exit code 1: something is')
    .option('--identity <url>', 'where identity is; without it, the issuer')
    .option('--keys <url>', 'where keys is, which is not for the outside')
    .option('--management <url>', "the gateway's management port; without it LATCHKEY_MANAGEMENT_URL, or port + 1000 on this machine")
    .addHelpText('after', examples('latchkey doctor --gateway https://mcp.example.com', 'latchkey doctor --keys http://keys.internal:8082 --management http://gateway.internal:9080 --json'))
    .action(
      act<Options>(async (context, options) => {
        const findings = await examine(context, options);
        const ok = findings.every(({ status }) => status !== 'failed');
        context.print.show({ gateway: context.gateway, ok, checks: findings }, `${findings.map((finding) => line(context.print, finding)).join('')}\n${ok ? 'Nothing is wrong.' : 'Something is wrong.'}\n`);
        return ok ? exitCodes.ok : exitCodes.failed;
      }),
    );
};

const colours = { ok: 'green', warning: 'yellow', failed: 'red', skipped: 'yellow' } as const;

function line(print: Printer, { check, status, detail, advice }: Finding): string {
  return `${print.colour(colours[status], status.padEnd(8))} ${check.padEnd(16)} ${clean(detail)}\n${advice === undefined ? '' : `${' '.repeat(26)}${clean(advice)}\n`}`;
}
