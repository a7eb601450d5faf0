import { FakeWallClock } from '@latchkey/clock/testing';
import type { FeedRecord, PatRecord } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { patRecord, replicaWith, someMember, somePrincipal } from '../testing/principals.ts';
import { Liveness } from './liveness.ts';

const hash = 'h'.repeat(43);
const pat = { ...somePrincipal, kind: 'pat' as const, id: 'Ab12Cd34', clientId: null, grantId: null, sessionId: null, expiresAtSeconds: null, hash };

function causeAfter(records: FeedRecord[], principal = somePrincipal, nowSeconds = 2000) {
  const replica = replicaWith(someMember, patRecord({ id: 'Ab12Cd34', hash }), ...records);
  return new Liveness(replica, new FakeWallClock(nowSeconds * 1000)).causeOfDeath(principal);
}

describe('Liveness', () => {
  it('lets live what nothing speaks against', () => {
    expect(causeAfter([])).toBeNull();
    expect(causeAfter([], pat)).toBeNull();
  });

  verifies('GW-25', 'who was found to live is asked about again once something arrives, and ends by the clock alone', () => {
    const replica = replicaWith(someMember, patRecord({ id: 'Ab12Cd34', hash }));
    const clock = new FakeWallClock(2_000_000);
    const liveness = new Liveness(replica, clock);
    const [key, token] = [{ ...pat, expiresAtSeconds: 3000 }, { ...somePrincipal }];
    for (let count = 0; count < 2; count += 1) expect([liveness.causeOfDeath(key), liveness.causeOfDeath(token)]).toEqual([null, null]);
    clock.advance(1_000_000);
    expect([liveness.causeOfDeath(key), liveness.causeOfDeath(token)]).toEqual(['token_expired', null]);
    clock.advance(-1_000_000);
    replica.learn(patRecord({ id: 'Ab12Cd34', hash, revokedAt: 1500 }));
    expect([liveness.causeOfDeath(key), liveness.causeOfDeath(token)]).toEqual(['token_revoked', null]);
    replica.learn({ kind: 'session', id: 'sid-1', endedAt: 1500, expiresAt: 9999 });
    expect([liveness.causeOfDeath(key), liveness.causeOfDeath(token)]).toEqual(['token_revoked', 'token_revoked']);
  });

  verifies('GW-25', 'an access token dies with its grant, its session or by its own jti', () => {
    expect(causeAfter([{ kind: 'grant', id: 'gid-1', revokedAt: 1500, expiresAt: 9999 }])).toBe('token_revoked');
    expect(causeAfter([{ kind: 'session', id: 'sid-1', endedAt: 1500, expiresAt: 9999 }])).toBe('token_revoked');
    expect(causeAfter([{ kind: 'token', id: 'jti-1', revokedAt: 1500, expiresAt: 9999 }])).toBe('token_revoked');
    expect(causeAfter([{ kind: 'grant', id: 'gid-2', revokedAt: 1500, expiresAt: 9999 }])).toBeNull();
  });

  const epochs: [string, (epoch: number) => FeedRecord][] = [
    ['user', (epoch) => ({ kind: 'user', id: 'user-1', disabled: false, epoch })],
    ['org', (epoch) => ({ kind: 'org', id: 'acme', disabled: false, epoch })],
    ['membership', (epoch) => ({ kind: 'member', user: 'user-1', memberships: [{ org: 'acme', role: 'member', projects: {}, epoch }] })],
  ];
  for (const [name, at] of epochs) {
    verifies('GW-25', `an epoch of the ${name} kills what was issued up to its very second`, () => {
      for (const principal of [somePrincipal, pat]) {
        expect(causeAfter([at(1001)], principal)).toBe('token_revoked');
        expect(causeAfter([at(1000)], principal)).toBe('token_revoked');
        expect(causeAfter([at(999)], principal)).toBeNull();
      }
    });
  }

  verifies('GW-25', 'an epoch of the client kills its access tokens and no PAT', () => {
    const client: FeedRecord = { kind: 'client', id: 'client-1', disabled: false, epoch: 1000 };
    expect(causeAfter([client])).toBe('token_revoked');
    expect(causeAfter([client], pat)).toBeNull();
    expect(causeAfter([{ ...client, epoch: null, disabled: true }])).toBe('token_revoked');
  });

  verifies('GW-23', 'a PAT is revoked before it is expired, and expires on the second', () => {
    const expiring = { ...pat, expiresAtSeconds: 2000 };
    expect(causeAfter([], expiring, 1999)).toBeNull();
    expect(causeAfter([], expiring, 2000)).toBe('token_expired');
    expect(causeAfter([patRecord({ id: 'Ab12Cd34', hash, revokedAt: 1500 })], expiring)).toBe('token_revoked');
  });

  verifies('GW-22', 'an access token is given 30 seconds after its end, and no more', () => {
    expect(causeAfter([], somePrincipal, 4629)).toBeNull();
    expect(causeAfter([], somePrincipal, 4630)).toBe('token_expired');
  });

  const cut = { ...somePrincipal, grantId: null, sessionId: null, sourcePat: 'Ab12Cd34' };

  verifies(['AS-83', 'GW-25'], 'what was cut from a key dies with the key, ends with it, and lives by no other', () => {
    expect(causeAfter([], cut)).toBeNull();
    expect(causeAfter([patRecord({ id: 'Ab12Cd34', hash, revokedAt: 1500 })], cut)).toBe('token_revoked');
    expect(causeAfter([patRecord({ id: 'Ab12Cd34', hash, expiresAt: 2000 })], cut, 1999)).toBeNull();
    expect(causeAfter([patRecord({ id: 'Ab12Cd34', hash, expiresAt: 2000 })], cut, 2000)).toBe('token_expired');
    expect(causeAfter([], { ...cut, sourcePat: 'Zz99Zz99' })).toBe('token_unknown');
  });

  verifies('AS-83', 'what was cut from a key is dead once it would be allowed more than the key', () => {
    const narrowed = (more: Partial<PatRecord>) => causeAfter([patRecord({ id: 'Ab12Cd34', hash, ...more })], cut);
    expect(narrowed({ scopes: ['mcp:read'] })).toBe('token_revoked');
    expect(narrowed({ tools: ['demo:add'] })).toBe('token_revoked');
    expect(narrowed({ projects: ['main'] })).toBe('token_revoked');
    expect(narrowed({ grants: [{ resource: 'org/acme', actions: ['read'] }] })).toBe('token_revoked');
    expect(narrowed({ org: 'globex' })).toBe('token_revoked');
    expect(causeAfter([patRecord({ id: 'Ab12Cd34', hash, tools: ['demo:add'] })], { ...cut, tools: ['demo:add'] })).toBeNull();
  });

  verifies('AS-83', 'what was cut from an access token dies with it, also where that was revoked alone', () => {
    const child = { ...somePrincipal, id: 'jti-2', tokenId: 'jti-2', sourceTokenId: 'jti-1' };
    expect(causeAfter([], child)).toBeNull();
    expect(causeAfter([{ kind: 'token', id: 'jti-1', revokedAt: 1500, expiresAt: 9999 }], child)).toBe('token_revoked');
    expect(causeAfter([{ kind: 'grant', id: 'gid-1', revokedAt: 1500, expiresAt: 9999 }], child)).toBe('token_revoked');
  });

  verifies('GW-25', 'without owner, membership or organization nothing lives', () => {
    for (const principal of [somePrincipal, pat]) {
      expect(causeAfter([{ kind: 'user', id: 'user-1', disabled: true, epoch: null }], principal)).toBe('owner_disabled');
      expect(causeAfter([{ kind: 'member', user: 'user-1', memberships: [] }], principal)).toBe('owner_disabled');
      expect(causeAfter([{ kind: 'org', id: 'acme', disabled: true, epoch: null }], principal)).toBe('owner_disabled');
    }
  });
});
