import { verifies } from '@latchkey/testing';
import { expiryOf } from './expiry.ts';

const now = Date.UTC(2026, 0, 1, 12, 0, 0, 999);

describe('when a key ends', () => {
  verifies('K1', 'is a whole second, the named number of days ahead, or never', () => {
    const ends = (['never', '7d', '30d', '90d', '365d'] as const).map((expiresIn) => expiryOf(expiresIn, now, null)?.toISOString() ?? null);
    expect(ends).toEqual([null, '2026-01-08T12:00:00.000Z', '2026-01-31T12:00:00.000Z', '2026-04-01T12:00:00.000Z', '2027-01-01T12:00:00.000Z']);
  });

  it('is never after the end of the key that mints it', () => {
    const limit = new Date('2026-01-10T00:00:00Z');
    expect(expiryOf('never', now, limit)).toEqual(limit);
    expect(expiryOf('365d', now, limit)).toEqual(limit);
    expect(expiryOf('7d', now, limit)?.toISOString()).toBe('2026-01-08T12:00:00.000Z');
  });
});
