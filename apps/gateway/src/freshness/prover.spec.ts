import { FakeMonotonicClock, FakeWallClock } from '@latchkey/clock/testing';
import type { FeedRecord, Writer } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { Liveness } from '../credentials/liveness.ts';
import { PersonalAccessTokenReader } from '../credentials/personal-access-token.ts';
import { issuer, patRecord, replicaWith, someMember, somePrincipal } from '../testing/principals.ts';
import type { Asker } from './asker.ts';
import { nothing, Prover } from './prover.ts';

const hash = 'h'.repeat(43);
const key = patRecord({ id: 'Ab12Cd34', hash });
const membership = { org: 'acme', role: 'member' as const, projects: {}, epoch: null };
const boundMs = 2000;

function setUp(...records: FeedRecord[]) {
  const clock = new FakeMonotonicClock();
  clock.advance(1_000_000);
  const provenAt: Record<Writer, number> = { identity: clock.nowMs(), keys: clock.nowMs() };
  const replica = replicaWith(someMember, key, ...records);
  const asked: string[] = [];
  const said: { keys: Awaited<ReturnType<Asker['keys']>> | 'yes'; identity: Awaited<ReturnType<Asker['identity']>> | 'yes'; delayMs: number } = { keys: null, identity: null, delayMs: 0 };
  const answer = async <T>(writer: Writer, given: T | 'yes', yes: () => T): Promise<T> => {
    asked.push(writer);
    const word = given === 'yes' ? yes() : given;
    await Promise.resolve();
    clock.advance(said.delayMs);
    return word;
  };
  const pats = new PersonalAccessTokenReader({ replica, prefix: 'lk_pat_', issuer });
  const stale: Writer[] = [];
  const prover = new Prover({
    clock, proofs: { provenAtMs: (writer) => provenAt[writer] },
    liveness: new Liveness(replica, new FakeWallClock(2_000_000)), principalOf: (record) => pats.principalOf(record), onStale: (writer) => stale.push(writer),
    asker: {
      keys: () => answer('keys', said.keys, () => ({ yes: { answer: { active: true, pat: key }, askedAtMs: clock.nowMs() } })),
      identity: () => answer('identity', said.identity, () => ({ yes: { answer: { active: true, membership }, askedAtMs: clock.nowMs() } })),
    },
  });
  const pat = pats.find(hash);
  if (pat === null) throw new Error('the replica has the key');
  const outcome = async (principal = somePrincipal, confirmed = nothing): Promise<string> => {
    try {
      await prover.prove(principal, confirmed, boundMs);
      return 'accepted';
    } catch (error) {
      return `${(error as { status: number }).status} ${(error as { code: string }).code}`;
    }
  };
  return { clock, provenAt, replica, asked, said, stale, prover, pat, outcome };
}

describe('Prover', () => {
  verifies('GW-24', 'accepts at once up to the bound, to the millisecond, and asks nobody', async () => {
    const { prover, clock, asked, outcome, provenAt } = setUp();
    expect(prover.prove(somePrincipal, nothing, boundMs)).toMatchObject({ provenAtMs: provenAt.identity });
    clock.advance(boundMs);
    expect(prover.prove(somePrincipal, nothing, boundMs)).not.toBeInstanceOf(Promise);
    expect(asked).toEqual([]);
    clock.advance(1);
    expect(await outcome()).toBe('503 state_stale');
    expect(asked).toEqual(['identity']);
  });

  verifies('GW-24', 'an access token needs the proof of identity, a key needs both', async () => {
    const { pat, provenAt, outcome, asked, stale } = setUp();
    provenAt.keys = -Infinity;
    expect(await outcome()).toBe('accepted');
    expect(await outcome(pat)).toBe('503 state_stale');
    expect([asked, stale]).toEqual([['keys'], ['keys']]);
  });

  verifies('G2', 'a process that was blocked reads the time when it decides, and finds its proof too old', async () => {
    const { clock, prover, outcome } = setUp();
    expect(prover.prove(somePrincipal, nothing, boundMs)).toMatchObject({ principal: somePrincipal });
    // Between the look at the credential and this moment the process stood still, and no timer told it.
    clock.advance(10_000);
    expect(await outcome()).toBe('503 state_stale');
  });

  verifies('GW-24', 'past the bound the writers decide: yes, no with its reason, and 503 where one is silent', async () => {
    const { clock, pat, said, outcome } = setUp();
    clock.advance(boundMs + 1);
    Object.assign(said, { keys: 'yes', identity: 'yes' });
    expect(await outcome(pat)).toBe('accepted');
    said.identity = { no: 'owner_disabled' };
    expect(await outcome(pat)).toBe('401 owner_disabled');
    Object.assign(said, { keys: { no: 'token_revoked' }, identity: null });
    expect(await outcome(pat)).toBe('401 token_revoked');
    said.keys = 'yes';
    expect(await outcome(pat)).toBe('503 state_stale');
  });

  verifies('G2', 'a yes counts from its question: one that lay in a buffer past the bound is none', async () => {
    const { clock, said, outcome } = setUp();
    clock.advance(boundMs + 1);
    Object.assign(said, { identity: 'yes', delayMs: boundMs + 1 });
    expect(await outcome()).toBe('503 state_stale');
  });

  verifies('GW-25', 'a revocation that the replica has heard of stands, whatever its age and whoever says yes', async () => {
    const { clock, replica, said, asked, outcome } = setUp();
    replica.learn({ kind: 'grant', id: 'gid-1', revokedAt: 1, expiresAt: 2 });
    clock.advance(boundMs * 10);
    said.identity = 'yes';
    expect(await outcome()).toBe('401 token_revoked');
    expect(asked).toEqual([]);
  });

  verifies('GW-24', 'an owner who is absent from an old replica is asked about, and absent from a fresh one refused', async () => {
    const { clock, replica, said, outcome } = setUp();
    replica.learn({ kind: 'member', user: 'user-1', memberships: [] });
    expect(await outcome()).toBe('401 owner_disabled');
    clock.advance(boundMs + 1);
    expect(await outcome()).toBe('503 state_stale');
    said.identity = 'yes';
    expect(await outcome()).toBe('accepted');
  });

  verifies('GW-24', 'a writer’s word carries role and record into the decision, and ends where the replica knows better', async () => {
    const { clock, provenAt, replica, prover, pat, said, outcome } = setUp();
    clock.advance(boundMs + 1);
    const narrowed = { ...key, scopes: ['mcp:read' as const] };
    said.keys = { yes: { answer: { active: true, pat: narrowed }, askedAtMs: clock.nowMs() } };
    said.identity = 'yes';
    const { principal, confirmed } = await prover.prove(pat, nothing, boundMs);
    expect(principal.scopes).toEqual(['mcp:read']);
    expect(confirmed.identity?.answer.membership).toEqual(membership);
    // The feed is back, and with it the news that the owner has gone.
    clock.advance(10);
    Object.assign(provenAt, { identity: clock.nowMs(), keys: clock.nowMs() });
    replica.learn({ kind: 'member', user: 'user-1', memberships: [] });
    expect(prover.newerThanReplica(confirmed)).toEqual({});
    expect(await outcome(principal, confirmed)).toBe('401 owner_disabled');
  });
});
