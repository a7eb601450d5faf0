import { readArguments } from './arguments.ts';
import { formatFigure } from './format.ts';
import { compare, median, percentile, slopeOf, summarize } from './measure.ts';

const known = ['one', 'two', 'three'];

describe('the arguments of bench', () => {
  it('name benchmarks, in the order in which they run; none means all', () => {
    expect(readArguments([], known)).toEqual({ names: known, list: false, help: false, json: null, minutes: 5 });
    expect(readArguments(['three', 'one', '--json', 'out.json'], known)).toMatchObject({ names: ['one', 'three'], json: 'out.json' });
    expect(readArguments(['--list'], known).list).toBe(true);
    expect(readArguments(['-h'], known).help).toBe(true);
    expect(readArguments(['two', '--minutes', '0.5'], known).minutes).toBe(0.5);
  });

  it('are refused when there is no such benchmark or option', () => {
    expect(() => readArguments(['four'], known)).toThrow('There is no benchmark "four". There are: one, two, three.');
    expect(() => readArguments(['--fast'], known)).toThrow();
    expect(() => readArguments(['--json'], known)).toThrow();
    for (const minutes of ['0', '-1', 'long']) expect(() => readArguments([`--minutes=${minutes}`], known)).toThrow('--minutes takes a number above zero');
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

  it('grows by what a line through its samples says', () => {
    expect(slopeOf([[1, 10], [2, 12], [3, 14]])).toBeCloseTo(2);
    expect(slopeOf([[1, 10], [2, 13], [3, 10]])).toBeCloseTo(0);
    expect([slopeOf([[1, 10]]), slopeOf([])]).toEqual([0, 0]);
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

  it('says so where the program that it is of is not there', () => {
    expect(formatFigure({ name: 'other', value: 0, unit: '', missing: true }).replace(/ +/g, ' ')).toBe(' other not installed');
  });
});
