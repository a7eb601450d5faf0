import { setTimeout as sleep } from 'node:timers/promises';
import type { Writer } from '@latchkey/contracts';
import type { DeliveredMessage, Feed, FeedListener, FeedPosition, FeedSubscription } from '@latchkey/feed';
import type { Logger } from '@latchkey/telemetry';
import type { Replica } from './replica.ts';

export interface WriterFollowerOptions {
  feed: Feed;
  replica: Replica;
  logger: Logger;
  /** Told of a change that somebody traced, once it is applied. @param beganAtMs  by `performance.now()` */
  onTraced?: ((message: DeliveredMessage, beganAtMs: number) => void) | undefined;
}

/** Told of what a follower meets, after the replica has it. */
export interface FollowerWatcher {
  onApplied(): void;
  /** Everything comes again from the beginning of the stream, and the replica is being rebuilt from it. */
  onReset(): void;
}

/** How far a stream was followed; `stream` is null until it was reached. */
export interface FollowedTo {
  stream: string | null;
  sequence: number;
}

const nowhere: FollowedTo = { stream: null, sequence: 0 };

/** How often a start looks whether it has caught up. */
const checkMs = 20;
const looksPerReport = 100;

/** Follows one writer into the replica. */
export class WriterFollower implements FeedListener {
  private subscription: FeedSubscription | undefined;
  private applied = 0;
  /** Everything was asked for again, and the feed has not begun with it yet. */
  private awaitsReset = false;
  private isCaughtUp = false;
  private watcher: FollowerWatcher | undefined;
  private readonly stopping = new AbortController();

  constructor(
    private readonly writer: Writer,
    private readonly options: WriterFollowerOptions,
  ) {}

  get caughtUp(): boolean {
    return this.isCaughtUp;
  }

  /** Messages that were skipped because they were none. */
  get invalid(): number {
    return this.subscription?.invalid ?? 0;
  }

  /** How far the state that has to be proven, the rebuilt one if there is one, has heard the stream. */
  get followedTo(): FollowedTo {
    const { subscription } = this;
    if (subscription === undefined || this.awaitsReset) return nowhere;
    // During the delivery of a message the subscription does not count it yet.
    return { stream: subscription.epoch, sequence: Math.max(this.applied, subscription.applied) };
  }

  watch(watcher: FollowerWatcher): void {
    this.watcher = watcher;
  }

  /** Begins to deliver what comes after `position`; null: everything. Waits for nothing. */
  async follow(position: FeedPosition | null): Promise<void> {
    this.applied = position?.sequence ?? 0;
    this.subscription = await this.options.feed.follow(this.writer, position, this);
    // A rebuild that was asked for while nothing was followed yet.
    if (this.awaitsReset) this.subscription.restart({ fromBeginning: true });
  }

  /** @throws when it is stopped before it holds everything that the feed held when it was first reached */
  async start(position: FeedPosition | null = null): Promise<void> {
    const { feed, logger } = this.options;
    const { signal } = this.stopping;
    await this.follow(position);
    let waiting = false;
    let looks = 0;
    for (let target: FeedPosition | null = null; !this.isCaughtUp; await sleep(checkMs, undefined, { signal })) {
      looks += 1;
      try {
        target ??= await feed.position(this.writer);
      } catch (error) {
        if (!waiting) logger.info({ writer: this.writer, reason: error instanceof Error ? error.message : 'unknown' }, 'waiting for the feed');
        waiting = true;
        continue;
      }
      const { stream, sequence } = this.followedTo;
      if (looks % looksPerReport === 0) logger.info({ writer: this.writer, sequence, until: target.sequence }, 'the feed is being read');
      // A stream that is replaced while we wait has a position of its own.
      if (stream !== null && stream !== target.epoch) target = null;
      else this.isCaughtUp = stream === target.epoch && sequence >= target.sequence;
    }
    logger.info({ writer: this.writer, sequence: this.followedTo.sequence }, 'the replica has caught up');
  }

  /** Reads everything again from the beginning into a second state, which takes the place of the present one once it is proven. */
  rebuild(): void {
    this.options.replica.beginRebuild(this.writer);
    this.awaitsReset = true;
    this.subscription?.restart({ fromBeginning: true });
  }

  /** Makes the consumer anew: the present one delivers nothing more. */
  restart(): void {
    this.subscription?.restart();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.subscription?.stop();
  }

  onMessage(message: DeliveredMessage): void {
    const beganAtMs = message.traceparent === undefined ? 0 : performance.now();
    this.options.replica.apply(message, message.sequence);
    this.applied = message.sequence;
    this.watcher?.onApplied();
    // What is read at a start was news long ago.
    if (message.traceparent !== undefined && this.isCaughtUp) this.options.onTraced?.(message, beganAtMs);
  }

  onInvalid(reason: string): void {
    this.options.logger.error({ writer: this.writer, reason }, 'skipped what is no message of the feed');
  }

  onReset(): void {
    const { replica, logger } = this.options;
    if (!this.awaitsReset) logger.warn({ writer: this.writer }, 'the feed is another stream; the replica is built anew and answers from the old one meanwhile');
    this.awaitsReset = false;
    this.applied = 0;
    replica.beginRebuild(this.writer);
    this.watcher?.onReset();
  }
}
