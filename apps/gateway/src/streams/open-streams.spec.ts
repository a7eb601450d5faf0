import type { FeedRecord } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { patRecord, somePrincipal } from '../testing/principals.ts';
import { OpenStreams } from './open-streams.ts';

function open(streams: OpenStreams, principal = somePrincipal, server = 'demo', endsAtMs = Infinity) {
  const seen = { alive: true, asked: 0, cuts: 0 };
  const stream = { endsAtMs, principal, server, connection: undefined, confirmed: {}, mayGoOn: () => { seen.asked += 1; return seen.alive; }, cut: () => { seen.cuts += 1; }, leave: () => undefined };
  streams.add(stream);
  return { seen, forget: () => streams.forget(stream) };
}
const grant = (id: string): FeedRecord => ({ kind: 'grant', id, revokedAt: 1, expiresAt: 2 });

describe('OpenStreams', () => {
  verifies('GW-63', 'those whose time is up end, and no others', () => {
    const streams = new OpenStreams();
    const [first, second, last] = [open(streams, somePrincipal, 'demo', 1000), open(streams, somePrincipal, 'demo', 2000), open(streams)];
    const cuts = (): number[] => [first.seen.cuts, second.seen.cuts, last.seen.cuts];
    streams.cutOld(999);
    expect(cuts()).toEqual([0, 0, 0]);
    streams.cutOld(1000);
    expect(cuts()).toEqual([1, 0, 0]);
    first.forget();
    streams.cutOld(5000);
    expect(cuts()).toEqual([1, 1, 0]);
  });

  verifies('GW-63', 'every record that can end a credential reaches its streams', () => {
    const records: FeedRecord[] = [
      grant('gid-1'), { kind: 'session', id: 'sid-1', endedAt: 1, expiresAt: 2 }, { kind: 'token', id: 'jti-1', revokedAt: 1, expiresAt: 2 },
      { kind: 'user', id: 'user-1', disabled: true, epoch: null }, { kind: 'org', id: 'acme', disabled: false, epoch: 3 },
      { kind: 'client', id: 'client-1', disabled: true, epoch: null }, { kind: 'member', user: 'user-1', memberships: [] },
      { kind: 'server', id: 'x', slug: 'demo', org: 'acme', project: 'main', folder: null, name: 'D', url: 'http://x', deletedAt: 5 },
    ];
    for (const record of records) {
      const streams = new OpenStreams();
      const { seen } = open(streams);
      seen.alive = false;
      streams.onChange(record);
      expect([record.kind, seen.cuts]).toEqual([record.kind, 1]);
    }
    const streams = new OpenStreams();
    const { seen } = open(streams, { ...somePrincipal, kind: 'pat', id: 'Ab12Cd34' });
    seen.alive = false;
    streams.onChange(patRecord({ id: 'Ab12Cd34', hash: 'h'.repeat(43), revokedAt: 9 }));
    expect(seen.cuts).toBe(1);
  });

  it('asks only those that a record concerns, and cuts only those that may not go on', () => {
    const streams = new OpenStreams();
    const mine = open(streams);
    const other = open(streams, { ...somePrincipal, grantId: 'gid-2' });
    streams.onChange(grant('gid-1'));
    expect([mine.seen, other.seen]).toEqual([{ alive: true, asked: 1, cuts: 0 }, { alive: true, asked: 0, cuts: 0 }]);
  });

  it('keeps nothing of a stream that is over', () => {
    const streams = new OpenStreams();
    const { seen, forget } = open(streams);
    seen.alive = false;
    forget();
    streams.onChange(grant('gid-1'));
    expect([seen.asked, streams.size]).toEqual([0, 0]);
  });
});
