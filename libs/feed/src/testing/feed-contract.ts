import type { Writer } from '@latchkey/contracts';
import { eventually } from '@latchkey/testing';
import type { Feed } from '../feed.ts';
import { messageOf, patRecord, userRecord } from './records.ts';
import { describeAsking } from './asking-contract.ts';
import { RecordingListener } from './recording-listener.ts';

export interface FeedUnderTest {
  /** Empty and not prepared. */
  feed: Feed;
  /** Puts text on the wire as a stranger would, past everything that `publish` makes sure of. */
  inject(writer: Writer, subject: string, text: string): Promise<void>;
  /** Another process on the same feed; in process, the same one. Closed with the rest. */
  another(): Promise<Feed>;
  stop(): Promise<void>;
}

/** What every adapter of the feed promises. `start` is called once per test. */
export function describeFeed(name: string, start: () => Promise<FeedUnderTest>): void {
  describe(`feed: ${name}`, () => {
    let underTest: FeedUnderTest;
    let feed: Feed;

    beforeEach(async () => {
      underTest = await start();
      feed = underTest.feed;
    });
    afterEach(() => underTest.stop());

    it('refuses to tell the position of a feed that nobody prepared', async () => {
      await expect(feed.position('keys')).rejects.toThrow();
    });

    it('prepares twice without harm and stands at 0 then', async () => {
      await feed.prepare('keys');
      const first = await feed.position('keys');
      await feed.publish('keys', messageOf(patRecord('a')));
      await feed.prepare('keys');
      expect(first).toMatchObject({ sequence: 0, messages: 0 });
      expect(await feed.position('keys')).toEqual({ epoch: first.epoch, sequence: 1, messages: 1 });
    });

    it('keeps the two writers apart', async () => {
      await feed.prepare('keys');
      await feed.prepare('identity');
      await feed.publish('keys', messageOf(patRecord('a')));
      expect((await feed.position('identity')).sequence).toBe(0);
      expect((await feed.position('identity')).epoch).not.toBe((await feed.position('keys')).epoch);
    });

    it('delivers to every follower what is there and what comes, in the order of sequence', async () => {
      await feed.prepare('keys');
      const listeners = [new RecordingListener(), new RecordingListener()];
      for (const id of ['a', 'b', 'c']) await feed.publish('keys', messageOf(patRecord(id)));
      for (const listener of listeners) await feed.follow('keys', null, listener);
      for (const id of ['d', 'e', 'f']) await feed.publish('keys', messageOf(patRecord(id)));
      for (const { messages, reasons, resets } of listeners) {
        await eventually(() => expect(messages.map(({ record }) => (record.kind === 'pat' ? record.id : ''))).toEqual([...'abcdef']));
        expect(messages.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
        expect([reasons, resets]).toEqual([[], []]);
      }
    });

    it('delivers beside a message who caused it, where that was told, and as a part of none', async () => {
      await feed.prepare('keys');
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      await feed.publish('keys', messageOf(patRecord('a'), 1), undefined, traceparent);
      await feed.publish('keys', messageOf(patRecord('b'), 1));
      expect(await feed.publish('keys', messageOf(patRecord('a'), 1))).toMatchObject({ stored: false, rival: null });
      const listener = new RecordingListener();
      await feed.follow('keys', null, listener);
      await eventually(() => expect(listener.messages.map((message) => [message.subject, message.traceparent])).toEqual([['feed.keys.pat.a', traceparent], ['feed.keys.pat.b', undefined]]));
    });

    it('delivers a record unchanged', async () => {
      await feed.prepare('keys');
      const message = messageOf(patRecord('a', { tools: ['demo:*'], grants: [{ resource: 'org/acme', actions: ['read'] }] }), 7);
      const { sequence } = await feed.publish('keys', message);
      const listener = new RecordingListener();
      await feed.follow('keys', null, listener);
      await eventually(() => expect(listener.messages).toEqual([{ ...message, sequence }]));
    });

    it('shows a late follower the present state and not the history', async () => {
      await feed.prepare('identity');
      for (const version of [1, 2, 3]) await feed.publish('identity', messageOf(userRecord('u1', { epoch: version }), version));
      await feed.publish('identity', messageOf(userRecord('u2')));
      await feed.publish('identity', messageOf(userRecord('u1', { epoch: 4 }), 4));
      const listener = new RecordingListener();
      const subscription = await feed.follow('identity', null, listener);
      await eventually(() => subscription.applied === 5);
      expect(listener.seen).toEqual(['feed.identity.user.u2@1', 'feed.identity.user.u1@4']);
      expect((await feed.position('identity')).messages).toBe(2);
    });

    it('resumes after a position', async () => {
      await feed.prepare('keys');
      for (const id of ['a', 'b']) await feed.publish('keys', messageOf(patRecord(id)));
      const { epoch, sequence } = await feed.position('keys');
      for (const id of ['c', 'd']) await feed.publish('keys', messageOf(patRecord(id)));
      const listener = new RecordingListener();
      const subscription = await feed.follow('keys', { epoch, sequence }, listener);
      await eventually(() => subscription.applied === 4);
      expect(listener.seen).toEqual(['feed.keys.pat.c@1', 'feed.keys.pat.d@1']);
      expect(subscription.epoch).toBe(epoch);
      expect(listener.resets).toEqual([]);
    });

    it('starts over, and says so, when the position belongs to another stream', async () => {
      await feed.prepare('keys');
      await feed.publish('keys', messageOf(patRecord('a')));
      const listener = new RecordingListener();
      const subscription = await feed.follow('keys', { epoch: 'of another stream', sequence: 1 }, listener);
      await eventually(() => expect(listener.seen).toEqual(['feed.keys.pat.a@1']));
      const { epoch } = await feed.position('keys');
      expect(listener.resets).toEqual([{ epoch, sequence: 1 }]);
      expect([subscription.epoch, subscription.applied]).toEqual([epoch, 1]);
    });

    it('starts over when the stream ends before the position', async () => {
      await feed.prepare('keys');
      await feed.publish('keys', messageOf(patRecord('a')));
      const { epoch } = await feed.position('keys');
      const listener = new RecordingListener();
      await feed.follow('keys', { epoch, sequence: 5 }, listener);
      await eventually(() => expect(listener.seen).toEqual(['feed.keys.pat.a@1']));
      expect(listener.resets).toEqual([{ epoch, sequence: 1 }]);
    });

    it('takes the same version twice without harm', async () => {
      await feed.prepare('keys');
      const first = await feed.publish('keys', messageOf(patRecord('a'), 3));
      expect(first).toEqual({ sequence: 1, stored: true, rival: null });
      expect(await feed.publish('keys', messageOf(patRecord('a'), 3))).toEqual({ sequence: 1, stored: false, rival: null });
      expect((await feed.position('keys')).sequence).toBe(1);
    });

    it('never lets a late, older version replace a newer one', async () => {
      await feed.prepare('keys');
      const revoked = messageOf(patRecord('a', { revokedAt: 1_700_000_001 }), 2);
      const { sequence } = await feed.publish('keys', revoked);
      expect(await feed.publish('keys', messageOf(patRecord('a'), 1))).toEqual({ sequence, stored: false, rival: { version: 2, hasEnded: true } });
      const listener = new RecordingListener();
      await feed.follow('keys', null, listener);
      await eventually(() => expect(listener.messages).toEqual([{ ...revoked, sequence }]));
    });

    it('replaces what the caller remembers of the subject, and nothing newer when that is no longer what stands there', async () => {
      await feed.prepare('keys');
      const first = await feed.publish('keys', messageOf(patRecord('a'), 1));
      await feed.publish('keys', messageOf(patRecord('other')));
      expect(await feed.publish('keys', messageOf(patRecord('a'), 2), first.sequence)).toEqual({ sequence: 3, stored: true, rival: null });
      expect(await feed.publish('keys', messageOf(patRecord('a'), 4), first.sequence)).toEqual({ sequence: 4, stored: true, rival: null });
      expect(await feed.publish('keys', messageOf(patRecord('a'), 3), first.sequence)).toEqual({ sequence: 4, stored: false, rival: { version: 4, hasEnded: false } });
      expect(await feed.publish('keys', messageOf(patRecord('new'), 3), 99)).toEqual({ sequence: 5, stored: true, rival: null });
    });

    it('tells a message of the same version with other content from the same message', async () => {
      await feed.prepare('keys');
      const message = messageOf(patRecord('a'), 3);
      const { sequence } = await feed.publish('keys', message);
      const shuffled = { ...message, record: Object.fromEntries(Object.entries(message.record).reverse()) as typeof message.record };
      expect(await feed.publish('keys', shuffled)).toEqual({ sequence, stored: false, rival: null });
      expect(await feed.publish('keys', messageOf(patRecord('a', { revokedAt: 9 }), 3))).toEqual({ sequence, stored: false, rival: { version: 3, hasEnded: false } });
      expect(await feed.publish('keys', messageOf(patRecord('a', { revokedAt: 9 }), 4))).toEqual({ sequence: sequence + 1, stored: true, rival: null });
    });

    it('stores the highest version when many are published at once', async () => {
      await feed.prepare('keys');
      const versions = [3, 1, 4, 2, 5];
      await Promise.allSettled(versions.map((version) => feed.publish('keys', messageOf(patRecord('a'), version))));
      await feed.publish('keys', messageOf(patRecord('a'), 5));
      const listener = new RecordingListener();
      await feed.follow('keys', null, listener);
      await eventually(() => expect(listener.seen).toEqual(['feed.keys.pat.a@5']));
    });

    it('skips and counts what is no message of this feed', async () => {
      await feed.prepare('keys');
      await underTest.inject('keys', 'feed.keys.pat.junk', 'not json {');
      await underTest.inject('keys', 'feed.keys.pat.shape', JSON.stringify({ subject: 'feed.keys.pat.shape', version: 0, record: {} }));
      await underTest.inject('keys', 'feed.keys.mystery.x', JSON.stringify({ ...messageOf(patRecord('x')), subject: 'feed.keys.mystery.x' }));
      await underTest.inject('keys', 'feed.keys.user.u1', JSON.stringify({ ...messageOf(userRecord('u1')), subject: 'feed.keys.user.u1' }));
      await underTest.inject('keys', 'feed.keys.pat.mallory', JSON.stringify(messageOf(patRecord('alice'))));
      // Nothing at all: a subject that was forgotten.
      await underTest.inject('keys', 'feed.keys.pat.gone', '');
      const { sequence } = await feed.publish('keys', messageOf(patRecord('a')));
      const listener = new RecordingListener();
      const subscription = await feed.follow('keys', null, listener);
      await eventually(() => subscription.applied === sequence);
      expect(listener.seen).toEqual(['feed.keys.pat.a@1']);
      expect(listener.reasons).toHaveLength(5);
      expect(subscription.invalid).toBe(5);
      expect(listener.reasons.join()).not.toMatch(/mallory|alice|junk/);
    });

    it('replaces garbage that sits on a subject', async () => {
      await feed.prepare('keys');
      await underTest.inject('keys', 'feed.keys.pat.a', 'garbage');
      await feed.publish('keys', messageOf(patRecord('a')));
      const listener = new RecordingListener();
      await feed.follow('keys', null, listener);
      await eventually(() => expect(listener.seen).toEqual(['feed.keys.pat.a@1']));
      expect((await feed.position('keys')).messages).toBe(1);
    });

    it('goes on after a listener threw, for it and for the others', async () => {
      await feed.prepare('keys');
      const failing = new RecordingListener();
      const fine = new RecordingListener();
      const subscription = await feed.follow('keys', null, {
        onMessage: (message) => {
          failing.onMessage(message);
          if (message.subject === 'feed.keys.pat.a') throw new Error('boom');
        },
        onInvalid: (reason) => failing.onInvalid(reason),
      });
      await feed.follow('keys', null, fine);
      for (const id of ['a', 'b']) await feed.publish('keys', messageOf(patRecord(id)));
      await eventually(() => subscription.applied === 2 && fine.messages.length === 2);
      expect(failing.seen).toEqual(fine.seen);
      expect(failing.reasons).toEqual(['the listener failed: Error']);
    });

    it('may be followed before anybody prepared it', async () => {
      const listener = new RecordingListener();
      await feed.follow('keys', null, listener);
      await feed.prepare('keys');
      await feed.publish('keys', messageOf(patRecord('a')));
      await eventually(() => expect(listener.seen).toEqual(['feed.keys.pat.a@1']));
      expect(listener.resets).toEqual([]);
    });

    it('delivers nothing more once stopped', async () => {
      await feed.prepare('keys');
      const stopped = new RecordingListener();
      const other = new RecordingListener();
      const subscription = await feed.follow('keys', null, stopped);
      const witness = await feed.follow('keys', null, other);
      await feed.publish('keys', messageOf(patRecord('a')));
      await eventually(() => subscription.applied === 1);
      await subscription.stop();
      await feed.publish('keys', messageOf(patRecord('b')));
      await eventually(() => witness.applied === 2);
      expect(stopped.seen).toEqual(['feed.keys.pat.a@1']);
      expect(subscription.applied).toBe(1);
      subscription.restart({ fromBeginning: true });
      await feed.publish('keys', messageOf(patRecord('c')));
      await eventually(() => witness.applied === 3);
      expect([stopped.seen.length, stopped.resets]).toEqual([1, []]);
    });

    it('goes on where it was, with nothing missing or twice, when a follower restarts it in the midst of things', async () => {
      await feed.prepare('keys');
      const listener = new RecordingListener();
      const subscription = await feed.follow('keys', null, listener);
      for (let index = 0; index < 60; index++) {
        if (index % 7 === 3) subscription.restart();
        await feed.publish('keys', messageOf(patRecord(`n${index}`)));
      }
      await eventually(() => subscription.applied === 60);
      expect(listener.messages.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
      expect(listener.resets).toEqual([]);
    });

    it('delivers everything again, after a reset, when a follower wants it from the beginning', async () => {
      await feed.prepare('keys');
      for (const id of ['a', 'b']) await feed.publish('keys', messageOf(patRecord(id)));
      const listener = new RecordingListener();
      const subscription = await feed.follow('keys', null, listener);
      await eventually(() => subscription.applied === 2);
      subscription.restart({ fromBeginning: true });
      await eventually(() => expect(listener.seen).toHaveLength(4));
      expect(listener.seen.slice(2)).toEqual(['feed.keys.pat.a@1', 'feed.keys.pat.b@1']);
      expect(listener.resets).toEqual([{ epoch: (await feed.position('keys')).epoch, sequence: 2 }]);
      expect(subscription.applied).toBe(2);
    });

    describeAsking(() => underTest);
  });
}
