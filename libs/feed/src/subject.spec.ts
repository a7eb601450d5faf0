import { feedRecordSchema, type FeedRecord } from '@latchkey/contracts';
import fc from 'fast-check';
import { subjectOf } from './subject.ts';
import { grantRecord, patRecord, userRecord } from './testing/index.ts';

describe('subjectOf', () => {
  it('pins the subject of every kind', () => {
    const epoch = { disabled: false, epoch: null };
    const records: FeedRecord[] = [
      patRecord('Ab12Cd34'), userRecord('u-1'), { kind: 'org', id: 'acme', ...epoch }, { kind: 'client', id: 'dyn-1', ...epoch },
      { kind: 'member', user: 'u-1', memberships: [] }, grantRecord('g1'),
      { kind: 'session', id: 's1', endedAt: 1, expiresAt: 2 }, { kind: 'token', id: 'j1', revokedAt: 1, expiresAt: 2 },
      { kind: 'server', id: 'x1', slug: 'demo', org: 'acme', project: 'prod', folder: null, name: 'Demo', url: 'http://demo', deletedAt: null },
      { kind: 'jwks', keys: [] }, { kind: 'key_epoch', id: 'e1', org: 'acme', owner: null, project: null, epoch: 1 },
      { kind: 'connection', id: 'c1', org: 'acme', project: 'prod', server: 'x1', per: 'user', origin: 'http://demo', createdAt: 1, revokedAt: null },
      { kind: 'end_user_issuer', id: 'i1', org: 'acme', issuer: 'https://i.example', jwksUri: 'https://i.example/jwks', audience: 'gw', revokedAt: null },
    ];
    expect(records.map(subjectOf)).toEqual([
      'feed.keys.pat.Ab12Cd34', 'feed.identity.user.u-1', 'feed.identity.org.acme', 'feed.identity.client.dyn-1',
      'feed.identity.member.u-1', 'feed.identity.grant.g1', 'feed.identity.session.s1', 'feed.identity.token.j1',
      'feed.identity.server.x1', 'feed.identity.jwks', 'feed.keys.key_epoch.e1',
      'feed.keys.connection.c1', 'feed.keys.end_user_issuer.i1',
    ]);
    expect(records.map(({ kind }) => kind).sort()).toEqual(feedRecordSchema.options.map((option) => option.shape.kind.value).sort());
  });

  it('replaces an id that is no plain word by its digest', () => {
    const subject = subjectOf({ kind: 'client', id: 'https://app.example/client.json', disabled: false, epoch: null });
    expect(subject).toBe('feed.identity.client.~HPwM3fX8jOq37b7sEEUjox0Jg55HxLCfw6itVv1iAQk');
  });

  it('is one token per part, without wildcards, and different for different ids', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ unit: 'binary', minLength: 1 }), (a, b) => {
        const [one, other] = [subjectOf(userRecord(a)), subjectOf(userRecord(b))];
        expect(one).toMatch(/^feed\.identity\.user\.[A-Za-z0-9_~-]{1,64}$/);
        expect(one === other).toBe(a === b);
      }),
    );
  });
});
