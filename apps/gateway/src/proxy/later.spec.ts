import { Later } from './later.ts';

describe('Later', () => {
  it('calls who waits in the step in which it is settled, once', () => {
    const calls: unknown[] = [];
    const later = new Later<number>();
    later.whenSettled((value) => calls.push(value), (error) => calls.push(error));
    expect(calls).toEqual([]);
    later.give(1);
    expect(calls).toEqual([1]);
    later.give(2);
    later.refuse(new Error('too late'));
    expect(calls).toEqual([1]);
  });

  it('calls who comes after it was settled at once', () => {
    const calls: unknown[] = [];
    const [there, refused] = [new Later<string>(), Later.refused<string>('why')];
    there.give('it');
    there.whenSettled((value) => calls.push(['there', value]), () => calls.push('wrong'));
    refused.whenSettled(() => calls.push('wrong'), (error) => calls.push(['refused', error]));
    expect(calls).toEqual([['there', 'it'], ['refused', 'why']]);
  });

  it('is awaited like a promise, before and after', async () => {
    const [before, after] = [new Later<number>(), new Later<number>()];
    after.give(2);
    const waiting = Promise.all([before, after]);
    before.give(1);
    expect(await waiting).toEqual([1, 2]);
    await expect(Later.refused(new Error('no'))).rejects.toThrow('no');
  });

  it('has no room for a second who waits', () => {
    const later = new Later<void>();
    later.whenSettled(() => undefined, () => undefined);
    expect(() => later.whenSettled(() => undefined, () => undefined)).toThrow('one waits');
  });
});
