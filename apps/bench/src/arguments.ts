import { parseArgs } from 'node:util';

export const usage = `npm run bench [-- [name…] [--list] [--json <file>] [--minutes <number>] [--help]]

Runs the benchmarks with these names, or all. Each runs alone in its own process, prints medians over several rounds with the ratio to
a yardstick measured in the same run, and asserts nothing.

  --list         name and subject of each benchmark
  --json <file>  writes machine and figures as JSON, too
  --minutes <n>  how long \`soak\` lasts; 5
  --help         this text
`;

export interface Arguments {
  names: string[];
  list: boolean;
  help: boolean;
  json: string | null;
  minutes: number;
}

/** @throws TypeError for an option that does not exist, RangeError for a name that does not */
export function readArguments(args: readonly string[], known: readonly string[]): Arguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { list: { type: 'boolean' }, help: { type: 'boolean', short: 'h' }, json: { type: 'string' }, minutes: { type: 'string', default: '5' } },
  });
  const stranger = positionals.find((name) => !known.includes(name));
  if (stranger !== undefined) throw new RangeError(`There is no benchmark "${stranger}". There are: ${known.join(', ')}.`);
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new RangeError(`--minutes takes a number above zero, not "${values.minutes}".`);
  return {
    minutes,
    names: positionals.length > 0 ? known.filter((name) => positionals.includes(name)) : [...known],
    list: values.list === true,
    help: values.help === true,
    json: values.json ?? null,
  };
}
