import { eventually } from '@latchkey/testing';
import { maxPayloadBytes, UnansweredError, type FenceAnswer, type UnansweredReason } from '../asking/asking.ts';
import type { Feed } from '../feed.ts';
import type { FeedUnderTest } from './feed-contract.ts';

const answer: FenceAnswer = { epoch: 'FEED_KEYS/today#1', sequence: 7, digest: 'ab'.repeat(32) };

/** What every adapter promises about questions and answers. */
export function describeAsking(underTest: () => FeedUnderTest): void {
  const unanswered = async (asking: Promise<unknown>): Promise<UnansweredReason> => {
    const error = await asking.then(
      (value) => new Error(`answered: ${JSON.stringify(value)}`),
      (reason: unknown) => reason,
    );
    if (!(error instanceof UnansweredError)) throw error;
    return error.reason;
  };
  const feed = (): Feed => underTest().feed;
  const never = (): Promise<never> => new Promise(() => undefined);

  it('carries a question to whoever answers it, and the answer back', async () => {
    const asked: unknown[] = [];
    await feed().answer('ask.keys', (payload) => {
      asked.push(payload);
      return Promise.resolve({ alive: true, more: [1, null, 'ü'] });
    });
    expect(await feed().ask('ask.keys', { hash: 'x', nested: { n: 1 } }, 2000)).toEqual({ alive: true, more: [1, null, 'ü'] });
    expect(asked).toEqual([{ hash: 'x', nested: { n: 1 } }]);
  });

  it('keeps subjects apart', async () => {
    await feed().answer('ask.keys', () => Promise.resolve('keys'));
    await feed().answer('ask.identity', () => Promise.resolve('identity'));
    expect(await Promise.all([feed().ask('ask.identity', null, 2000), feed().ask('ask.keys', null, 2000)])).toEqual(['identity', 'keys']);
    expect(await unanswered(feed().fence('keys', 2000))).toBe('no_responder');
  });

  it('says at once that nobody answers', async () => {
    const startedAt = performance.now();
    expect(await unanswered(feed().fence('keys', 10_000))).toBe('no_responder');
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it('gives each question to one of those who answer, and to each of them some', async () => {
    const heard = [0, 0];
    const feeds = [feed(), await underTest().another()];
    for (const [index, answering] of feeds.entries()) {
      await answering.answer('ask.keys', () => Promise.resolve((heard[index] = heard[index]! + 1)));
    }
    let asked = 0;
    await eventually(async () => {
      await feed().ask('ask.keys', null, 2000);
      asked += 1;
      expect(heard.every((count) => count > 0)).toBe(true);
    });
    expect(heard[0]! + heard[1]!).toBe(asked);
  });

  it('tells a thousand questions at once apart', async () => {
    await feed().answer('ask.keys', async (payload) => {
      for (let turns = (payload as number) % 7; turns > 0; turns--) await new Promise(setImmediate);
      return payload;
    });
    const numbers = Array.from({ length: 1000 }, (_, index) => index);
    expect(await Promise.all(numbers.map((number) => feed().ask('ask.keys', number, 10_000)))).toEqual(numbers);
  });

  it('gives up in time when no answer comes', async () => {
    await feed().answerFences('keys', never);
    const startedAt = performance.now();
    expect(await unanswered(feed().fence('keys', 150))).toBe('timeout');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(140);
  });

  it('says that there is no answer when the handler fails, and not why', async () => {
    await feed().answerFences('keys', () => Promise.reject(new Error('password is hunter2')));
    const failure = await feed().fence('keys', 2000).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'UnansweredError', reason: 'refused', subject: 'fence.keys' });
    expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('hunter2');
  });

  it('carries fences, shards and repairs', async () => {
    const shards = { epoch: answer.epoch, sequence: 7, shards: Array.from({ length: 256 }, () => answer.digest) };
    await feed().answerFences('keys', () => Promise.resolve(answer));
    await feed().answerShards('keys', () => Promise.resolve(shards));
    await feed().answerRepairs('keys', () => Promise.resolve({ started: true }));
    expect(await feed().fence('keys', 2000)).toEqual(answer);
    expect(await feed().shards('keys', 2000)).toEqual(shards);
    expect(await feed().repair('keys', 2000)).toEqual({ started: true });
  });

  it.each([
    ['nothing', null],
    ['no digest', { epoch: 'e', sequence: 1 }],
    ['a short digest', { ...answer, digest: 'ab' }],
    ['a digest in capitals', { ...answer, digest: 'AB'.repeat(32) }],
    ['a negative sequence', { ...answer, sequence: -1 }],
    ['a sequence that is no number', { ...answer, sequence: '7' }],
    ['no epoch', { ...answer, epoch: '' }],
  ])('believes no fence with %s', async (_, forged) => {
    await feed().answer('fence.keys', () => Promise.resolve(forged));
    expect(await unanswered(feed().fence('keys', 2000))).toBe('invalid');
  });

  it('carries neither questions nor answers without end', async () => {
    const long = 'x'.repeat(maxPayloadBytes);
    await feed().answer('ask.keys', () => Promise.resolve(long));
    await expect(feed().ask('ask.keys', long, 2000)).rejects.toThrow('bytes');
    expect(await unanswered(feed().ask('ask.keys', null, 2000))).toBe('refused');
  });

  it('takes no more questions once stopped, and answers those that it took', async () => {
    let finish: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (finish = resolve));
    let taken = false;
    const answering = await feed().answer('ask.keys', async () => {
      taken = true;
      await gate;
      return 'done';
    });
    const asking = feed().ask('ask.keys', null, 5000);
    await eventually(() => taken);
    const stopping = answering.stop();
    finish();
    await stopping;
    expect(await asking).toBe('done');
    expect(await unanswered(feed().ask('ask.keys', null, 2000))).toBe('no_responder');
  });

  it('lets nobody wait on a feed that is closed', async () => {
    const asker = await underTest().another();
    await feed().answer('ask.keys', never);
    const open = unanswered(asker.ask('ask.keys', null, 400));
    await asker.close();
    expect(['away', 'timeout']).toContain(await open);
    expect(await unanswered(asker.ask('ask.keys', null, 400))).toBe('away');
  });
}
