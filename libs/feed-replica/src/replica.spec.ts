import type { FeedRecord, RecordOf, ServerRecord } from '@latchkey/contracts';
import { grantRecord, messageOf, patRecord, userRecord } from '@latchkey/feed/testing';
import { createLogger } from '@latchkey/telemetry';
import fc from 'fast-check';
import { Replica } from './replica.ts';

const server = (slug: string, more: Partial<ServerRecord> = {}): ServerRecord => ({
  kind: 'server', id: `id-of-${slug}`, slug, org: 'acme', project: 'prod', folder: null, name: slug, url: `http://${slug}.test/mcp`, deletedAt: null, ...more,
});
const member = (user: string, memberships: RecordOf<'member'>['memberships']): RecordOf<'member'> => ({ kind: 'member', user, memberships });

describe('the replica', () => {
  let replica: Replica;
  const apply = (record: FeedRecord, version = 1): void => replica.apply(messageOf(record, version));

  beforeEach(() => {
    replica = new Replica();
  });

  it('knows nothing at first', () => {
    expect(replica.patByHash('x')).toBeUndefined();
    expect(replica.membership('u', 'acme')).toBeUndefined();
    expect(replica.isGrantRevoked('g')).toBe(false);
    expect([replica.servers(), replica.jwks()]).toEqual([[], { keys: [] }]);
  });

  it('answers by what the writers said', () => {
    apply(patRecord('a'));
    apply(userRecord('u1', { disabled: true }));
    apply({ kind: 'org', id: 'acme', disabled: false, epoch: 5 });
    apply({ kind: 'client', id: 'https://app.example/c.json', disabled: false, epoch: null });
    apply(member('u1', [{ org: 'acme', role: 'admin', projects: { prod: 'viewer' }, epoch: null }]));
    apply(grantRecord('g1'));
    apply({ kind: 'session', id: 's1', endedAt: 1, expiresAt: 2 });
    apply({ kind: 'token', id: 'j1', revokedAt: 1, expiresAt: 2 });
    apply(server('demo'));
    apply({ kind: 'jwks', keys: [{ kid: 'k1' }] });
    expect(replica.patByHash(patRecord('a').hash)).toEqual(patRecord('a'));
    expect(replica.user('u1')?.disabled).toBe(true);
    expect(replica.org('acme')?.epoch).toBe(5);
    expect(replica.client('https://app.example/c.json')).toBeDefined();
    expect(replica.membership('u1', 'acme')).toMatchObject({ role: 'admin', projects: { prod: 'viewer' } });
    expect(replica.membership('u1', 'other')).toBeUndefined();
    expect([replica.isGrantRevoked('g1'), replica.isGrantRevoked('g2')]).toEqual([true, false]);
    expect([replica.isSessionEnded('s1'), replica.isSessionEnded('s2')]).toEqual([true, false]);
    expect([replica.isTokenRevoked('j1'), replica.isTokenRevoked('j2')]).toEqual([true, false]);
    expect([replica.server('demo'), replica.servers()]).toEqual([server('demo'), [server('demo')]]);
    expect(replica.jwks()).toMatchObject({ keys: [{ kid: 'k1' }] });
  });

  it('ignores a version that is not higher', () => {
    apply(patRecord('a', { revokedAt: 9 }), 2);
    apply(patRecord('a'), 1);
    apply(patRecord('a'), 2);
    expect(replica.patByHash(patRecord('a').hash)?.revokedAt).toBe(9);
  });

  it('never takes back a revocation, whatever comes later', () => {
    apply(patRecord('a', { revokedAt: 9 }), 2);
    apply(patRecord('a', { tools: ['x'] }), 3);
    apply(userRecord('u1', { epoch: 50 }), 1);
    apply(userRecord('u1', { epoch: null }), 2);
    apply(member('u1', [{ org: 'acme', role: 'owner', projects: {}, epoch: 7 }]), 1);
    apply(member('u1', [{ org: 'acme', role: 'member', projects: {}, epoch: null }]), 2);
    expect(replica.patByHash(patRecord('a').hash)).toMatchObject({ revokedAt: 9, tools: ['x'] });
    expect(replica.user('u1')?.epoch).toBe(50);
    expect(replica.membership('u1', 'acme')).toMatchObject({ role: 'member', epoch: 7 });
  });

  it('forgets the old hash of a key and the old slug of a server', () => {
    apply(patRecord('a', { hash: '1'.repeat(43) }), 1);
    apply(patRecord('a', { hash: '2'.repeat(43) }), 2);
    expect([replica.patByHash('1'.repeat(43)), replica.patByHash('2'.repeat(43))?.id]).toEqual([undefined, 'a']);
    apply(server('old', { id: 's' }), 1);
    apply(server('new', { id: 's' }), 2);
    expect([replica.server('old'), replica.server('new')?.id]).toEqual([undefined, 's']);
  });

  it('treats a deleted server as absent, and not the one that took its slug', () => {
    apply(server('demo', { id: 'first' }), 1);
    apply(server('demo', { id: 'second' }), 1);
    apply(server('demo', { id: 'first', deletedAt: 9 }), 2);
    expect(replica.server('demo')?.id).toBe('second');
    apply(server('demo', { id: 'second', deletedAt: 9 }), 2);
    expect([replica.server('demo'), replica.servers()]).toEqual([undefined, []]);
  });

  it('tells listeners of news only, after it has them, and outlives one that throws', () => {
    const heard: unknown[] = [];
    const failing = new Replica(createLogger('replica-test', 'silent'));
    failing.onChange(() => {
      throw new Error('boom');
    });
    const end = failing.onChange((record) => heard.push([record.kind, failing.user('u1')?.epoch]));
    failing.apply(messageOf(userRecord('u1', { epoch: 3 }), 2));
    failing.apply(messageOf(userRecord('u1', { epoch: 1 }), 1));
    end();
    failing.apply(messageOf(userRecord('u1', { epoch: 4 }), 3));
    expect(heard).toEqual([['user', 3]]);
  });

  describe('when the stream is another one', () => {
    beforeEach(() => {
      apply(patRecord('a'), 5);
      apply(patRecord('b', { revokedAt: 9 }), 2);
      apply(patRecord('c'), 1);
      apply(grantRecord('g1'));
      apply(userRecord('u1', { epoch: 50 }), 3);
      apply(userRecord('u2', { disabled: true }), 1);
    });

    it('answers from the old state until the new one takes its place', () => {
      replica.beginRebuild('keys');
      apply(patRecord('a', { tools: ['restored'] }), 1);
      expect(replica.patByHash(patRecord('a').hash)?.tools).toBeNull();
      replica.completeRebuild('keys');
      expect(replica.patByHash(patRecord('a').hash)?.tools).toEqual(['restored']);
      expect(replica.patByHash(patRecord('c').hash)).toBeUndefined();
      expect(replica.isRebuilding('keys')).toBe(false);
    });

    it('applies a revocation at once, also during a rebuild', () => {
      replica.beginRebuild('keys');
      apply(patRecord('a', { revokedAt: 11 }), 6);
      expect(replica.patByHash(patRecord('a').hash)?.revokedAt).toBe(11);
      replica.completeRebuild('keys');
      expect(replica.patByHash(patRecord('a').hash)?.revokedAt).toBe(11);
    });

    it('keeps every revocation that the new stream does not know', () => {
      replica.beginRebuild('keys');
      replica.beginRebuild('identity');
      apply(patRecord('b'), 1);
      apply(userRecord('u1'), 1);
      replica.completeRebuild('keys');
      replica.completeRebuild('identity');
      expect(replica.patByHash(patRecord('b').hash)?.revokedAt).toBe(9);
      expect(replica.user('u1')?.epoch).toBe(50);
      expect(replica.isGrantRevoked('g1')).toBe(true);
      expect(replica.user('u2')?.disabled).toBe(true);
    });

    it('keeps a revoked key dead when it comes back late', () => {
      replica.beginRebuild('keys');
      replica.completeRebuild('keys');
      apply(patRecord('b'), 3);
      expect(replica.patByHash(patRecord('b').hash)?.revokedAt).toBe(9);
    });

    it('begins again when the stream changes once more', () => {
      replica.beginRebuild('keys');
      apply(patRecord('z'), 1);
      replica.beginRebuild('keys');
      replica.completeRebuild('keys');
      expect(replica.patByHash(patRecord('z').hash)).toBeUndefined();
    });

    it('tells listeners what changed and what is gone', () => {
      const heard: string[] = [];
      replica.beginRebuild('keys');
      apply(patRecord('a'), 1);
      replica.onChange((record) => heard.push(record.kind === 'pat' ? record.id : record.kind));
      replica.completeRebuild('keys');
      expect(heard.sort()).toEqual(['a', 'c']);
    });
  });

  it('revives no key and forgets none, whatever comes in whatever order', () => {
    const history = Array.from({ length: 12 }, (_, index) => ({
      id: ['a', 'b', 'c'][index % 3]!, version: 1 + Math.floor(index / 3), revokedAt: index >= 6 ? 100 : null,
    }));
    const events = fc.array(fc.oneof(fc.constantFrom(...history), fc.constantFrom('begin' as const, 'complete' as const)), { maxLength: 60 });
    fc.assert(
      fc.property(events, (sequence) => {
        const subject = new Replica();
        const dead = new Set<string>();
        const known = new Set<string>();
        for (const event of sequence) {
          if (event === 'begin') subject.beginRebuild('keys');
          else if (event === 'complete') {
            subject.completeRebuild('keys');
            for (const id of known) if (subject.patByHash(patRecord(id).hash) === undefined) [known, dead].forEach((set) => set.delete(id));
          } else {
            subject.apply(messageOf(patRecord(event.id, { revokedAt: event.revokedAt }), event.version));
            known.add(event.id);
            if (event.revokedAt !== null) dead.add(event.id);
          }
          for (const id of dead) expect(subject.patByHash(patRecord(id).hash)?.revokedAt ?? 'absent').not.toBeNull();
          for (const id of known) expect(subject.patByHash(patRecord(id).hash)).toBeDefined();
        }
      }),
    );
  });
});
