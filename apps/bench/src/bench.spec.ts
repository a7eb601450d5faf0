import { readArguments } from './arguments.ts';
import { formatFigure } from './format.ts';
import { compare, median, percentile, summarize } from './measure.ts';

const known = ['one', 'two', 'three'];

describe('the arguments of bench', () => {
  it('name benchmarks, in the order in which they run; none means all', () => {
    expect(readArguments([], known)).toEqual({ names: known, list: false, help: false, json: null });
    expect(readArguments(['three', 'one', '--json', 'out.json'], known)).toMatchObject({ names: ['one', 'three'], json: 'out.json' });
    expect(readArguments(['--list'], known).list).toBe(true);
    expect(readArguments(['-h'], known).help).toBe(true);
  });

  it('are refused when there is no such benchmark or option', () => {
    expect(() => readArguments(['four'], known)).toThrow('There is no benchmark "four". There are: one, two, three.');
    expect(() => readArguments(['--fast'], known)).toThrow();
    expect(() => readArguments(['--json'], known)).toThrow();
  });
});

describe('a figure', () => {
  it('is the median of its rounds, with their range', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(summarize([5, 1, 9])).toEqual({ value: 5, range: [1, 9] });
  });

  it('is a percentile that some sample has had, not one between two', () => {
    const samples = Array.from({ length: 200 }, (_, at) => 200 - at);
    expect([0.5, 0.99, 1].map((share) => percentile(samples, share))).toEqual([100, 198, 200]);
    expect(percentile([7], 0.99)).toBe(7);
  });

  it('is measured in turns with its yardstick, without the round that warms up', () => {
    const order: string[] = [];
    const work = (name: string) => (from: number, to: number) => {
      order.push(`${name} ${from}-${to}`);
      return 0;
    };
    const measured = compare({ a: work('a'), b: work('b') }, { operations: 10, rounds: 2 });
    expect(order).toEqual(['a 0-10', 'b 0-10', 'a 0-10', 'b 0-10', 'a 0-10', 'b 0-10']);
    expect(Object.keys(measured)).toEqual(['a', 'b']);
  });

  it('is printed with its ratio to the yardstick and its budget', () => {
    const line = formatFigure({ name: 'check', value: 900, unit: 'ns/op', range: [850, 1200], yardstick: { name: 'hash', value: 600 }, budget: 1500 });
    expect(line.replace(/ +/g, ' ')).toBe(' check 900 ns/op (850 … 1,200) 1.50 x hash (600 ns/op) budget 1,500 ns/op');
  });
});
