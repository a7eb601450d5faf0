import { TrailPages, type TrailPage } from './trail-pages.ts';

const mostBytes = 128 * 1024;
const read = ({ bytes }: TrailPage): unknown[] => JSON.parse(bytes.toString('utf8')) as unknown[];

describe('TrailPages', () => {
  it('has nothing to give where nothing was written down', () => {
    const pages = new TrailPages();
    expect(pages.take()).toEqual([]);
    expect(pages.events).toBe(0);
  });

  it('gives what was written down once, in its order, under the id of the first of each page', () => {
    const pages = new TrailPages();
    for (let n = 0; n < 450; n += 1) pages.add(`id-${n}`, JSON.stringify({ n }));
    expect(pages.events).toBe(450);
    const taken = pages.take();
    expect(taken.map(({ id, events }) => [id, events])).toEqual([['id-0', 200], ['id-200', 200], ['id-400', 50]]);
    expect(taken.flatMap(read)).toEqual(Array.from({ length: 450 }, (_, n) => ({ n })));
    expect(pages.events).toBe(0);
    expect(pages.take()).toEqual([]);
    pages.add('next', '{"n":451}');
    expect(pages.take().map(({ id }) => id)).toEqual(['next']);
  });

  it.each([
    ['one byte each', 'x'],
    ['three bytes each', '\u20ac'],
    ['two units and four bytes', '\u{1f511}'],
  ])('fills pages to their end and no further, with characters of %s', (_name, character) => {
    const pages = new TrailPages();
    const texts = Array.from({ length: 150 }, (_, n) => JSON.stringify({ n, text: character.repeat(1000 + n * 7) }));
    texts.forEach((text, n) => pages.add(String(n), text));
    const taken = pages.take();
    expect(taken.flatMap(read)).toEqual(texts.map((text) => JSON.parse(text) as unknown));
    for (const { bytes } of taken) expect(bytes.length).toBeLessThanOrEqual(mostBytes);
    // No page is left before the next event has no room on it.
    for (const [at, { bytes }] of taken.slice(0, -1).entries()) expect(bytes.length + Buffer.byteLength(JSON.stringify(read(taken[at + 1]!)[0]))).toBeGreaterThan(mostBytes - 2);
  });

  it('takes an event in two pieces, the second in bytes, and looks at both for whether there is room', () => {
    const pages = new TrailPages();
    const ends = Array.from({ length: 150 }, (_, n) => Buffer.from(`"\u20ac":"${'y'.repeat(2000 + n * 5)}"}`));
    ends.forEach((end, n) => pages.add(String(n), `{"n":${n},`, end));
    const taken = pages.take();
    expect(taken.flatMap(read)).toMatchObject(ends.map((_, n) => ({ n, '\u20ac': 'y'.repeat(2000 + n * 5) })));
    for (const { bytes } of taken) expect(bytes.length).toBeLessThanOrEqual(mostBytes);
    expect(taken.length).toBeGreaterThan(1);
  });

  it('writes on what is done with, and on nothing else', () => {
    const pages = new TrailPages();
    const write = (id: string): TrailPage => {
      pages.add(id, JSON.stringify(id));
      return pages.take()[0]!;
    };
    const [one, two] = [write('one'), write('two')];
    expect(one.bytes.buffer).not.toBe(two.bytes.buffer);
    pages.reuse(one);
    const three = write('three');
    expect(three.bytes.buffer).toBe(one.bytes.buffer);
    const four = write('four');
    expect([two, three, four].flatMap(read)).toEqual(['two', 'three', 'four']);
    // One of another size is not a page of ours.
    pages.add('long', JSON.stringify('x'.repeat(300_000)));
    const [long] = pages.take();
    pages.reuse(long!);
    expect(write('five').bytes.buffer).not.toBe(long!.bytes.buffer);
  });

  it('gives what is too long for a page one of its own', () => {
    const pages = new TrailPages();
    const long = JSON.stringify('\u20ac'.repeat(200_000));
    for (const [id, text] of [['a', '1'], ['b', long], ['c', '2']] as const) pages.add(id, text);
    const taken = pages.take();
    expect(taken.flatMap(read)).toEqual([1, JSON.parse(long), 2]);
    expect(taken.at(-1)!.bytes.length).toBeLessThan(10);
  });
});
