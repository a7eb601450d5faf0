import { verifies } from '@latchkey/testing';
import { statusOf } from './status.ts';

const now = new Date('2026-03-01T00:00:00Z');
const inMs = (ms: number): Date => new Date(now.getTime() + ms);
const day = 24 * 3600 * 1000;

describe('the status of a key', () => {
  const cases: [string, Date | null, string][] = [
    ['never ends', null, 'active'],
    ['ends in a year', inMs(365 * day), 'active'],
    ['ends a moment after the week', inMs(7 * day + 1), 'active'],
    ['ends in exactly a week', inMs(7 * day), 'expiring'],
    ['ends in a moment', inMs(1), 'expiring'],
    ['ends now', now, 'expired'],
    ['ended', inMs(-1), 'expired'],
  ];
  for (const [when, expiresAt, status] of cases) {
    verifies('K1', `is ${status} when it ${when}`, () => {
      expect(statusOf({ expiresAt, revokedAt: null }, now)).toBe(status);
    });
    verifies('K4', `is revoked when it was, although it ${when}`, () => {
      expect(statusOf({ expiresAt, revokedAt: inMs(-1) }, now)).toBe('revoked');
    });
  }
});
