import type { FeedMessage, Writer } from '@latchkey/contracts';
import { Feed, type FeedListener, type FeedPosition, type FeedState, type FeedSubscription, InProcessFeed } from '@latchkey/feed';

/** A feed that a test can make fail before or after it stores a message, take away, or replace by an empty one. */
export class TroubledFeed extends Feed {
  before: (message: FeedMessage) => Promise<void> = () => Promise.resolve();
  after: (message: FeedMessage) => Promise<void> = () => Promise.resolve();
  away = false;
  published = 0;
  private stream = new InProcessFeed();

  /** Another stream; who followed the old one is left there. */
  replace(): void {
    this.stream = new InProcessFeed();
  }

  override async prepare(writer: Writer): Promise<void> {
    this.reach();
    await this.stream.prepare(writer);
  }

  override async publish(writer: Writer, message: FeedMessage): Promise<number> {
    this.published += 1;
    this.reach();
    await this.before(message);
    const sequence = await this.stream.publish(writer, message);
    await this.after(message);
    return sequence;
  }

  override async position(writer: Writer): Promise<FeedState> {
    this.reach();
    return this.stream.position(writer);
  }

  override follow(writer: Writer, after: FeedPosition | null, listener: FeedListener): Promise<FeedSubscription> {
    return this.stream.follow(writer, after, listener);
  }

  override close(): Promise<void> {
    return this.stream.close();
  }

  private reach(): void {
    if (this.away) throw new Error('away');
  }
}
