import { randomBytes } from 'node:crypto';
import { Envelope, type SealedPlace } from './envelope.ts';
import { LocalKeyEncryption } from './local-key-encryption.ts';

const [one, two] = [randomBytes(32), randomBytes(32)];
const under = (...keys: Buffer[]) => new Envelope(new LocalKeyEncryption(keys));
const place: SealedPlace = { table: 'mints', id: 'a', org: 'acme' };
const secret = Buffer.from('lk_pat_secret');

describe('a sealed field', () => {
  it('opens in its own row, with any master key of the list', async () => {
    const sealed = await under(one).seal(place, secret);
    expect(sealed.includes(secret)).toBe(false);
    expect(await under(two, one).open(place, sealed)).toEqual(secret);
    await expect(under(two).open(place, sealed)).rejects.toThrow(/LATCHKEY_MASTER_KEY/);
  });

  it('opens in no other row, table or organization, however the names are cut', async () => {
    const sealed = await under(one).seal(place, secret);
    for (const other of [{ table: 'other' }, { id: 'b' }, { org: 'globex' }, { table: 'mintsa', id: '' }, { id: 'aacme', org: '' }, { id: 'a","acme', org: '' }]) {
      await expect(under(one).open({ ...place, ...other }, sealed)).rejects.toThrow();
    }
  });

  it('opens with no byte changed, cut off or added', async () => {
    const sealed = await under(one).seal(place, secret);
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      await expect(under(one).open(place, changed)).rejects.toThrow();
      await expect(under(one).open(place, sealed.subarray(0, at))).rejects.toThrow();
    }
    await expect(under(one).open(place, Buffer.concat([sealed, Buffer.from([0])]))).rejects.toThrow();
  });

  it('is never sealed twice in one way', async () => {
    const [first, second] = [await under(one).seal(place, secret), await under(one).seal(place, secret)];
    expect(first.equals(second)).toBe(false);
  });

  it('goes over to a new master key, once, and no longer needs the old one then', async () => {
    const sealed = await under(one).seal(place, secret);
    expect(await under(one).rewrap(place, sealed)).toBeNull();
    const rewrapped = await under(two, one).rewrap(place, sealed);
    expect(await under(two).open(place, rewrapped!)).toEqual(secret);
    expect(await under(two, one).rewrap(place, rewrapped!)).toBeNull();
    await expect(under(two, one).rewrap({ ...place, org: 'globex' }, sealed)).rejects.toThrow();
  });

  it('tells nothing of what it holds when it does not open', async () => {
    const sealed = await under(one).seal(place, secret);
    const error: unknown = await under(two).open(place, sealed).catch((caught: unknown) => caught);
    expect(String(error)).not.toMatch(/secret|lk_pat/);
  });
});
