import type { FeedMessage, Writer } from '@latchkey/contracts';
import {
  Feed,
  InProcessFeed,
  type Answering,
  type AnswerHandler,
  type AskSubject,
  type FeedListener,
  type FeedPosition,
  type FeedState,
  type FeedSubscription,
  type Published,
} from '@latchkey/feed';

/** A feed that a test can make fail before or after it stores a message, take away, or replace by an empty one. */
export class TroubledFeed extends Feed {
  before: (message: FeedMessage) => Promise<void> = () => Promise.resolve();
  after: (message: FeedMessage) => Promise<void> = () => Promise.resolve();
  away = false;
  published = 0;
  private stream: Feed = new InProcessFeed();

  /** Another stream; who followed the old one is left there. */
  replace(): void {
    this.stream = new InProcessFeed();
  }

  override async prepare(writer: Writer): Promise<void> {
    this.reach();
    await this.stream.prepare(writer);
  }

  override async publish(writer: Writer, message: FeedMessage, replaces?: number, traceparent?: string): Promise<Published> {
    this.published += 1;
    this.reach();
    await this.before(message);
    const published = await this.stream.publish(writer, message, replaces, traceparent);
    await this.after(message);
    return published;
  }

  override async position(writer: Writer): Promise<FeedState> {
    this.reach();
    return this.stream.position(writer);
  }

  override follow(writer: Writer, after: FeedPosition | null, listener: FeedListener): Promise<FeedSubscription> {
    return this.stream.follow(writer, after, listener);
  }

  override answer(subject: AskSubject, handler: AnswerHandler): Promise<Answering> {
    return this.stream.answer(subject, handler);
  }

  override ask(subject: AskSubject, payload: unknown, timeoutMs: number): Promise<unknown> {
    return this.stream.ask(subject, payload, timeoutMs);
  }

  override close(): Promise<void> {
    return this.stream.close();
  }

  private reach(): void {
    if (this.away) throw new Error('away');
  }
}
