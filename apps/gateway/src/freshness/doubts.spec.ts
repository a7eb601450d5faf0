import { FakeMonotonicClock, FakeWallClock } from '@latchkey/clock/testing';
import type { Writer } from '@latchkey/contracts';
import { verifies } from '@latchkey/testing';
import { Problem } from '@latchkey/problem';
import { Liveness } from '../credentials/liveness.ts';
import { PersonalAccessTokenReader } from '../credentials/personal-access-token.ts';
import { issuer, patRecord, replicaWith, someMember } from '../testing/principals.ts';
import type { Asker } from './asker.ts';
import { Doubts } from './doubts.ts';

const hash = 'h'.repeat(43);
const key = patRecord({ id: 'Ab12Cd34', hash });

function setUp() {
  const clock = new FakeMonotonicClock();
  const replica = replicaWith(someMember);
  const pats = new PersonalAccessTokenReader({ replica, prefix: 'lk_pat_', issuer });
  const state = { fences: [] as Writer[], well: true, onFence: () => undefined as void, keys: null as Awaited<ReturnType<Asker['keys']>>, asked: 0, admitted: 0, admits: true };
  const doubts = new Doubts({
    clock, liveness: new Liveness(replica, new FakeWallClock(2_000_000)), principalOf: (record) => pats.principalOf(record),
    proofs: { proofAgeMs: () => 0, provenAtMs: () => clock.nowMs(), fenceNow: (writer) => { state.fences.push(writer); state.onFence(); return Promise.resolve(state.well); } },
    asker: { keys: () => { state.asked += 1; return Promise.resolve(state.keys); }, identity: () => Promise.resolve(null) },
  });
  const admit = async (): Promise<void> => {
    state.admitted += 1;
    if (!state.admits) throw new Problem('rate_limited');
  };
  const settle = async (digest = hash): Promise<string> =>
    doubts.settle({ pat: { hash: digest }, look: () => pats.find(digest), key: digest }, admit).then(({ principal }) => principal.id, (error: Problem) => `${error.status} ${error.code}`);
  return { clock, replica, state, settle };
}

describe('Doubts', () => {
  verifies('GW-23', 'a key that a fence brings is accepted, one that it does not bring is unknown for two seconds without another', async () => {
    const { clock, replica, state, settle } = setUp();
    expect(await settle()).toBe('401 token_unknown');
    expect(await settle()).toBe('401 token_unknown');
    expect(state.fences).toEqual(['keys', 'identity']);
    clock.advance(2000);
    state.onFence = () => replica.learn(key);
    expect(await settle()).toBe('Ab12Cd34');
  });

  verifies('GW-24', 'while no fence is answered the writer is asked, and 503 is said when it is silent', async () => {
    const { clock, state, settle } = setUp();
    state.well = false;
    expect(await settle()).toBe('503 state_stale');
    state.keys = { yes: { answer: { active: true, pat: key }, askedAtMs: 0 } };
    expect(await settle()).toBe('Ab12Cd34');
    // A fence that has just failed is not waited for again.
    expect(state.fences).toEqual(['keys', 'identity']);
    clock.advance(1000);
    state.keys = { no: 'token_unknown' };
    expect(await settle()).toBe('401 token_unknown');
    expect([state.fences.length, state.asked]).toEqual([4, 3]);
    expect(await settle()).toBe('401 token_unknown');
    expect(state.asked).toBe(3);
  });

  verifies('GW-06', 'an address that guesses too often costs neither a fence nor a question', async () => {
    const { state, settle } = setUp();
    state.admits = false;
    expect(await settle()).toBe('429 rate_limited');
    expect([state.fences, state.asked, state.admitted]).toEqual([[], 0, 1]);
  });
});
