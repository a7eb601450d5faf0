import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Context } from './context.ts';
import type { ExitCode } from './exit-codes.ts';

/** What a command does; its exit code, where that is not 0. */
export type Body<Options, Args extends unknown[]> = (context: Context, options: Options, ...args: Args) => Promise<ExitCode | void>;

/** Makes a body into what commander calls. */
export type Act = <Options, Args extends unknown[] = []>(body: Body<Options, Args>) => (...given: unknown[]) => Promise<void>;

/** Adds one command to those of its parent. */
export type Define = (parent: Command, act: Act) => void;

/** Shown below the options of a command. */
export const examples = (...lines: readonly string[]): string => `\nExamples:\n${lines.map((line) => `  $ ${line}\n`).join('')}`;

export const listOptions = (command: Command): Command =>
  command
    .addOption(new Option('--limit <count>', 'at most so many on a page').argParser(wholeNumber(1, 100)))
    .option('--cursor <cursor>', 'goes on where a page ended')
    .addOption(new Option('--all', 'every page; with --json a line for each').conflicts('cursor'));

/** Options that are given or taken back, by `--no-`: commander takes the last, whatever was meant by both. */
export function orItsOpposite(command: Command, ...names: readonly string[]): Command {
  for (const name of names) {
    let given: string | undefined;
    for (const flag of [name, `no-${name}`]) {
      command.on(`option:${flag}`, () => {
        if (given !== undefined && given !== flag) command.error(`error: option '--${name}' cannot be used with option '--no-${name}'`);
        given = flag;
      });
    }
  }
  return command;
}

export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    if (!/^\d{1,12}$/.test(text) || Number(text) < least || Number(text) > most) throw new InvalidArgumentError(`A number from ${least} to ${most}.`);
    return Number(text);
  };

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** `90`, `90s`, `15m`, `24h`, `7d` */
export function seconds(text: string): number {
  const [, count = '', unit = 's'] = /^(\d{1,9})([smhd]?)$/.exec(text)?.map((part) => (part === '' ? undefined : part)) ?? [];
  if (count === '') throw new InvalidArgumentError('Seconds, or a number with s, m, h or d, such as 24h.');
  return Number(count) * (units[unit] ?? 1);
}

/** A point in time with its zone. */
export function moment(text: string): string {
  const time = /^\d{4}-\d\d-\d\d(?:T.+(?:Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError('A date, or a time with its zone, such as 2026-03-01T12:00:00Z.');
  return new Date(time).toISOString();
}
