import { FakeMonotonicClock } from '@latchkey/clock/testing';
import { verifies } from '@latchkey/testing';
import { patRecord, somePrincipal } from '../testing/principals.ts';
import { Asker, type AskChannel } from './asker.ts';

const hash = 'h'.repeat(43);
const yes = { active: true, pat: patRecord({ id: 'Ab12Cd34', hash }) };
const never = () => new Promise<never>(() => undefined);

function channel(name: string, answer: () => unknown): AskChannel & { questions: object[]; answer: () => unknown } {
  const self = { name, questions: [] as object[], answer, ask: async (_writer: string, question: object) => { self.questions.push(question); return self.answer(); } };
  return self;
}

function setUp(first: () => unknown, second: () => unknown = never) {
  const clock = new FakeMonotonicClock();
  const feed = channel('feed', first);
  const http = channel('http', second);
  const results: string[] = [];
  const asker = new Asker({ channels: [feed, http], clock, onAnswered: (writer, result) => results.push(`${writer} ${result}`) });
  return { clock, feed, http, asker, results };
}

describe('Asker', () => {
  verifies('GW-24', 'asks once for all who wait for the same credential, and again only after a quarter of a second', async () => {
    const { clock, feed, http, asker } = setUp(() => yes);
    const said = await Promise.all(Array.from({ length: 20 }, () => asker.keys({ hash })));
    expect(said.every((word) => word?.yes?.answer.pat.id === 'Ab12Cd34')).toBe(true);
    clock.advance(250);
    await asker.keys({ hash });
    expect(feed.questions).toHaveLength(1);
    clock.advance(1);
    await asker.keys({ hash });
    await asker.keys({ hash: 'i'.repeat(43) });
    expect([feed.questions.length, http.questions.length]).toEqual([3, 0]);
  });

  verifies('GW-24', 'goes over HTTP when the feed is silent or fails, within the budget', async () => {
    for (const first of [never, () => Promise.reject(new Error('away'))]) {
      const { feed, http, asker } = setUp(first, () => yes);
      expect(await asker.keys({ hash })).toMatchObject({ yes: { askedAtMs: 0 } });
      expect([feed.questions, http.questions]).toEqual([[{ hash }], [{ hash }]]);
    }
  });

  verifies('GW-24', 'says that nobody can say when the budget is used up', async () => {
    const { asker, results } = setUp(never, never);
    const begun = performance.now();
    expect(await asker.keys({ hash })).toBeNull();
    expect(performance.now() - begun).toBeGreaterThan(45);
    expect(results).toEqual(['keys silence']);
  });

  it('believes no answer of another form, and goes on to the next way', async () => {
    for (const odd of [null, 'yes', {}, { active: true }, { active: true, pat: { id: 'x' } }, { active: false }, { active: false, code: 'whatever' }]) {
      const { asker } = setUp(() => odd, () => ({ active: false, code: 'token_revoked' }));
      expect(await asker.keys({ hash })).toEqual({ no: 'token_revoked' });
    }
  });

  it('a yes that was read a quarter of a second after its question is none', async () => {
    const { asker, clock } = setUp(() => { clock.advance(251); return yes; });
    expect(await asker.keys({ hash })).toBeNull();
  });

  it('a no counts for those who had come when it was asked, and is not kept', async () => {
    const { asker, feed, clock } = setUp(() => ({ active: false, code: 'token_unknown' }));
    let release: () => void = () => undefined;
    feed.answer = () => new Promise((resolve) => { release = () => resolve({ active: false, code: 'token_unknown' }); });
    const early = asker.keys({ hash });
    clock.advance(5);
    const late = asker.keys({ hash });
    feed.answer = () => yes;
    release();
    expect(await early).toEqual({ no: 'token_unknown' });
    expect(await late).toMatchObject({ yes: { askedAtMs: 5 } });
  });

  it('leaves a way alone after five failures, tries it once a second, and takes it again when it works', async () => {
    const { asker, feed, clock } = setUp(() => Promise.reject(new Error('away')), () => ({ active: false, code: 'token_revoked' }));
    for (let at = 0; at < 10; at += 1) await asker.keys({ hash });
    expect(feed.questions).toHaveLength(5);
    clock.advance(1000);
    await Promise.all([asker.keys({ hash }), asker.keys({ hash: 'i'.repeat(43) })]);
    expect(feed.questions).toHaveLength(6);
    clock.advance(1000);
    feed.answer = () => yes;
    await asker.keys({ hash });
    await asker.keys({ hash: 'j'.repeat(43) });
    expect(feed.questions).toHaveLength(8);
  });

  it('asks identity by the claims, and nothing that could be used as a credential', async () => {
    const { asker, feed } = setUp(() => ({ active: true, membership: null }));
    await asker.identity(somePrincipal);
    expect(feed.questions).toEqual([{ sub: 'user-1', org: 'acme', iat: 1000, client_id: 'client-1', gid: 'gid-1', sid: 'sid-1', jti: 'jti-1', src_jti: null }]);
  });
});
