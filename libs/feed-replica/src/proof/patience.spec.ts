import { Distrust } from './distrust.ts';
import { Standstill } from './standstill.ts';

describe('distrust', () => {
  it('takes four differences over a second, with nothing applied in between', () => {
    const distrust = new Distrust();
    expect([0, 300, 600, 900, 1200].map((ms) => distrust.grows(7, ms))).toEqual([false, false, false, false, true]);
  });

  it('begins again when something is applied, or an equal digest was seen', () => {
    const distrust = new Distrust();
    expect([7, 7, 7, 8, 8, 8].map((applied, index) => distrust.grows(applied, index * 400))).toEqual(Array(6).fill(false));
    distrust.end();
    expect([0, 400, 800].map((ms) => distrust.grows(8, 3000 + ms))).toEqual([false, false, false]);
  });

  it('ends also where something is applied all the time', () => {
    const distrust = new Distrust();
    const answers = Array.from({ length: 20 }, (_, index) => distrust.grows(index, index * 350));
    expect(answers.indexOf(true)).toBe(12);
  });
});

describe('a standstill', () => {
  const at = (sequence: number, stream: string | null = 's') => ({ stream, sequence });

  it('is two answers and more ahead of a replica that does not move, for long enough', () => {
    const standstill = new Standstill();
    expect([0, 300, 600].map((ms) => standstill.isOne(true, at(4), ms))).toEqual([false, false, true]);
  });

  it('is none while the replica is level or moves, be it slowly', () => {
    const standstill = new Standstill();
    expect([0, 300, 600, 900].map((ms) => standstill.isOne(false, at(4), ms))).toEqual(Array(4).fill(false));
    expect([0, 500, 1000, 1500].map((ms) => standstill.isOne(true, at(5 + ms), 2000 + ms))).toEqual(Array(4).fill(false));
  });

  it('takes twice as long each time, so that a slow consumer gets the time to begin', () => {
    const standstill = new Standstill();
    const restarts: number[] = [];
    for (let ms = 0; ms <= 40_000; ms += 100) if (standstill.isOne(true, at(4), ms)) restarts.push(ms);
    expect(restarts).toEqual([600, 1800, 4200, 9000, 18_600, 28_600, 38_600]);
    expect(standstill.isOne(true, at(5), 40_100)).toBe(false);
    expect([40_400, 40_700].map((ms) => standstill.isOne(true, at(5), ms))).toEqual([false, true]);
  });
});
