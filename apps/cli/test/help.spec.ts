import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { exitCodes } from '../src/exit-codes.ts';
import { createProgram } from '../src/program.ts';
import { FakeMachine } from './fake-deployment.ts';

const quiet = { out: () => undefined, err: () => undefined };
const leaves = (command: Command): Command[] => (command.commands.length === 0 ? [command] : command.commands.flatMap(leaves));
const nameOf = (command: Command): string => (command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`);
const commands = leaves(createProgram(quiet, () => () => Promise.resolve()));
const page = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8');
/** As a shell takes it apart, up to where another program or a file begins. */
const partsOf = (line: string): string[] => [...(line.split(/ [|<>] /, 1)[0] ?? '').matchAll(/"([^"]*)"|\S+/g)].map(([part, quoted]) => quoted ?? part);

describe('the help', () => {
  it('has examples for every command, and they are commands', async () => {
    expect(commands).toHaveLength(19);
    for (const command of commands) {
      const { code, out } = await new FakeMachine().run(...nameOf(command).split(' ').slice(1), '--help');
      const lines = [...out.matchAll(/^ {2}\$ (?:LATCHKEY_TOKEN=\S+ \S+ )?latchkey (.+)$/gm)].map(([, line = '']) => line);
      expect([nameOf(command), code, lines.length > 0]).toEqual([nameOf(command), 0, true]);
      for (const line of lines) {
        let reached = '';
        const program = createProgram(quiet, () => (...given) => {
          reached = nameOf(given.at(-1) as Command);
          return Promise.resolve();
        });
        await program.parseAsync(partsOf(line), { from: 'user' });
        expect([line, reached]).toEqual([line, nameOf(command)]);
      }
    }
  });

  it('docs/cli.md has every command with every option, and the exit codes', () => {
    for (const command of commands) {
      expect(page).toContain(`\`${nameOf(command)}`);
      for (const { long } of command.options) expect([nameOf(command), long, page.includes(long ?? 'none')]).toEqual([nameOf(command), long, true]);
    }
    expect([...page.matchAll(/^\| (\d) \| /gm)].map(([, code]) => Number(code))).toEqual(Object.values(exitCodes));
  });
});
