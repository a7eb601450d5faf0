import { fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { readArguments, usage, type Arguments } from './arguments.ts';
import type { Figure } from './benchmark.ts';
import { benchmarks } from './benchmarks/index.ts';
import { formatFigure, formatMachine } from './format.ts';
import { describeMachine } from './machine.ts';

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** A process of its own: neither the heap nor the compiled code of one benchmark changes the figures of the next. */
function runAlone(name: string, minutes: number, report: (figure: Figure) => void): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('./run-one.js', import.meta.url), [name, String(minutes)], { execArgv: ['--expose-gc'] });
    child.on('message', (figure) => report(figure as Figure));
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0));
  });
}

async function main({ names, list, help, json, minutes }: Arguments): Promise<void> {
  if (help) return print(usage);
  if (list) return benchmarks.forEach(({ name, about }) => print(`${name.padEnd(14)} ${about}`));
  const machine = describeMachine();
  print(formatMachine(machine));
  const results: Record<string, Figure[]> = {};
  for (const name of names) {
    print(`\n${name}`);
    const figures: Figure[] = [];
    results[name] = figures;
    const succeeded = await runAlone(name, minutes, (figure) => {
      figures.push(figure);
      print(formatFigure(figure));
    });
    if (!succeeded) {
      print('  failed: see above');
      process.exitCode = 1;
    }
  }
  if (json !== null) await writeFile(json, `${JSON.stringify({ machine, results }, null, 2)}\n`);
}

try {
  await main(readArguments(process.argv.slice(2), benchmarks.map(({ name }) => name)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
