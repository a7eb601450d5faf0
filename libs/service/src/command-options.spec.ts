import { commandOptions } from './command-options.ts';
import { UsageError } from './run-command.ts';

const options = { list: { type: 'boolean' }, compromised: { type: 'string' } } as const;
const read = (...args: string[]) => commandOptions(options, 'the usage', args);

describe('the options of a command', () => {
  it.each([
    [['--compromised', 'a-b']],
    [['--compromised', '-FAkmnNORtSmnUdhhjXgMVwQ4SxW7j1LwaFDj5O9MdE']],
    [['--compromised', '--AkmnNORtSmnUdhhjXgMVwQ4SxW7j1LwaFDj5O9MdE']],
    [['--compromised', '-']],
    [['--compromised=-F']],
  ])('take a value as it is: %j', (args) => expect(read(...args)).toEqual({ compromised: args.at(-1)!.replace(/^--compromised=/, '') }));

  it('leave a flag alone', () => expect(read('--list', '--compromised', '-F')).toEqual({ list: true, compromised: '-F' }));

  it.each([[['--compromised', '--list']], [['--compromised']], [['--list', '-F']], [['--unknown']], [['something']]])('refuse %j and say how it is done', (args) => {
    expect(() => read(...args)).toThrow(UsageError);
    expect(() => read(...args)).toThrow(/.+\n\nthe usage$/s);
  });
});
