import type { Writer } from '@latchkey/contracts';
import { describeFeed, messageOf, patRecord, RecordingListener } from '../testing/index.ts';
import { InProcessFeed } from './in-process-feed.ts';

class OpenFeed extends InProcessFeed {
  inject(writer: Writer, subject: string, text: string): Promise<void> {
    this.append(writer, subject, text);
    return Promise.resolve();
  }
}

describeFeed('in-process', () => {
  const feed = new OpenFeed();
  return Promise.resolve({ feed, inject: feed.inject.bind(feed), another: () => Promise.resolve(feed), stop: () => feed.close() });
});

describe('the in-process feed', () => {
  it('has delivered once publish is done', async () => {
    const feed = new InProcessFeed();
    const listener = new RecordingListener();
    await feed.follow('keys', null, listener);
    await feed.publish('keys', messageOf(patRecord('a')));
    expect(listener.seen).toEqual(['feed.keys.pat.a@1']);
  });

  it('shows all followers one order, also of what a listener publishes', async () => {
    const feed = new InProcessFeed();
    const first = new RecordingListener();
    const second = new RecordingListener();
    await feed.follow('keys', null, {
      onMessage: (message) => {
        first.onMessage(message);
        if (message.subject === 'feed.keys.pat.a') void feed.publish('keys', messageOf(patRecord('b')));
      },
    });
    await feed.follow('keys', null, second);
    await feed.publish('keys', messageOf(patRecord('a')));
    expect(second.seen).toEqual(['feed.keys.pat.a@1', 'feed.keys.pat.b@1']);
    expect(first.seen).toEqual(second.seen);
  });

  it('has an epoch of its own', async () => {
    const feeds = [new InProcessFeed(), new InProcessFeed()];
    for (const feed of feeds) await feed.prepare('keys');
    const epochs = await Promise.all(feeds.map(async (feed) => (await feed.position('keys')).epoch));
    expect(new Set(epochs).size).toBe(2);
  });
});
