import type { FeedRecord } from '@latchkey/contracts';
import { revives } from './rival.ts';
import { patRecord } from './testing/index.ts';

const user = (more: object = {}): FeedRecord => ({ kind: 'user', id: 'u', disabled: false, epoch: null, ...more });
const member = (memberships: object[]): FeedRecord => ({ kind: 'member', user: 'u', memberships }) as FeedRecord;
const acme = (epoch: number | null): object => ({ org: 'acme', role: 'member', projects: {}, epoch });

describe('a record in the place of another', () => {
  it('brings back what had been revoked, ended, deleted or shut', () => {
    expect(revives(patRecord('a'), patRecord('a', { revokedAt: 9 }))).toBe(true);
    expect(revives(user(), user({ disabled: true }))).toBe(true);
    expect(revives({ kind: 'session', id: 's', endedAt: null, expiresAt: 9 } as unknown as FeedRecord, { kind: 'session', id: 's', endedAt: 1, expiresAt: 9 })).toBe(true);
  });

  it('brings back the credentials that an epoch had ended', () => {
    expect(revives(user(), user({ epoch: 5 }))).toBe(true);
    expect(revives(user({ epoch: 4 }), user({ epoch: 5 }))).toBe(true);
    expect(revives(member([acme(null)]), member([acme(5)]))).toBe(true);
  });

  it('brings nothing back that had not ended, has ended itself, or is no longer spoken of', () => {
    expect(revives(patRecord('a', { revokedAt: 9 }), patRecord('a'))).toBe(false);
    expect(revives(patRecord('a', { revokedAt: 3 }), patRecord('a', { revokedAt: 9 }))).toBe(false);
    expect(revives(user({ epoch: 5 }), user({ epoch: 5 }))).toBe(false);
    expect(revives(member([]), member([acme(5)]))).toBe(false);
  });
});
