import { verifies } from '@latchkey/testing';
import { expiryOf } from './expiry.ts';

const now = Date.UTC(2026, 0, 1, 12, 0, 0, 999);

describe('when a key ends', () => {
  verifies('K1', 'is a whole second, the named number of days ahead, or never', () => {
    const ends = (['never', '7d', '30d', '90d', '365d'] as const).map((expiresIn) => expiryOf({ expiresIn }, now, null)?.toISOString() ?? null);
    expect(ends).toEqual([null, '2026-01-08T12:00:00.000Z', '2026-01-31T12:00:00.000Z', '2026-04-01T12:00:00.000Z', '2027-01-01T12:00:00.000Z']);
  });

  it('is never after the end of the key that mints it', () => {
    const limit = new Date('2026-01-10T00:00:00Z');
    expect(expiryOf({ expiresIn: 'never' }, now, limit)).toEqual(limit);
    expect(expiryOf({ expiresIn: '365d' }, now, limit)).toEqual(limit);
    expect(expiryOf({ expiresIn: '7d' }, now, limit)?.toISOString()).toBe('2026-01-08T12:00:00.000Z');
  });

  verifies('K1', 'may be any number of hours or days, or a moment, if it is to come within ten years', () => {
    expect(expiryOf({ expiresIn: '36h' }, now, null)?.toISOString()).toBe('2026-01-03T00:00:00.000Z');
    expect(expiryOf({ expiresIn: '45d' }, now, null)?.toISOString()).toBe('2026-02-15T12:00:00.000Z');
    expect(expiryOf({ expiresAt: '2026-01-02T03:04:05.678+01:00' }, now, null)?.toISOString()).toBe('2026-01-02T02:04:05.000Z');
    for (const wrong of [{ expiresAt: '2026-01-01T12:00:00.999Z' }, { expiresAt: '2020-01-01T00:00:00Z' }, { expiresAt: '2036-01-01T00:00:00Z' }, { expiresIn: '99999d' }]) {
      expect(() => expiryOf(wrong, now, null)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    }
  });
});
