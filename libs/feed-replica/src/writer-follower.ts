import { setTimeout as sleep } from 'node:timers/promises';
import type { MonotonicClock } from '@latchkey/clock';
import type { Writer } from '@latchkey/contracts';
import type { DeliveredMessage, Feed, FeedListener, FeedPosition, FeedSubscription } from '@latchkey/feed';
import type { Logger } from '@latchkey/telemetry';
import type { Replica } from './replica.ts';

export interface ReplicaFollowerOptions {
  feed: Feed;
  replica: Replica;
  logger: Logger;
  clock?: MonotonicClock;
  /** How long nothing may come of what a new stream lacks before it counts as gone; 10 s when left out. */
  settleMs?: number;
}

/** How often a start or a rebuild looks whether it has caught up. */
const checkMs = 20;

/** Follows one writer into the replica. */
export class WriterFollower implements FeedListener {
  private subscription: FeedSubscription | undefined;
  private progress = { missing: 0, atMs: 0 };
  private rebuildTarget: FeedPosition | null = null;
  private rebuildCheck: NodeJS.Timeout | undefined;
  private isCaughtUp = false;
  private readonly stopping = new AbortController();

  constructor(
    private readonly writer: Writer,
    private readonly options: Required<ReplicaFollowerOptions>,
  ) {}

  get caughtUp(): boolean {
    return this.isCaughtUp;
  }

  /** @throws when it is stopped before it has caught up */
  async start(): Promise<void> {
    const { feed, logger } = this.options;
    const { signal } = this.stopping;
    this.subscription = await feed.follow(this.writer, null, this);
    let waiting = false;
    for (let target: FeedPosition | null = null; !this.isCaughtUp; await sleep(checkMs, undefined, { signal })) {
      try {
        target ??= await feed.position(this.writer);
      } catch (error) {
        if (!waiting) logger.info({ writer: this.writer, reason: error instanceof Error ? error.message : 'unknown' }, 'waiting for the feed');
        waiting = true;
        continue;
      }
      // A stream that is replaced while we wait has a position of its own.
      if (this.subscription.epoch !== null && this.subscription.epoch !== target.epoch) target = null;
      else this.isCaughtUp = this.reached(target);
    }
    logger.info({ writer: this.writer, sequence: this.subscription.applied }, 'the replica has caught up');
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.rebuildCheck);
    await this.subscription?.stop();
  }

  onMessage(message: DeliveredMessage): void {
    this.options.replica.apply(message);
  }

  onInvalid(reason: string): void {
    this.options.logger.error({ writer: this.writer, reason }, 'skipped what is no message of the feed');
  }

  onReset(position: FeedPosition): void {
    const { replica, logger, clock } = this.options;
    logger.warn({ writer: this.writer }, 'the feed is another stream; the replica is built anew and answers from the old one meanwhile');
    replica.beginRebuild(this.writer);
    this.rebuildTarget = position;
    this.progress = { missing: replica.missing(this.writer), atMs: clock.nowMs() };
    clearInterval(this.rebuildCheck);
    this.rebuildCheck = setInterval(() => this.tryToComplete(), checkMs).unref();
  }

  /**
   * A new stream is complete once everything that is held came again. What the writer no longer knows never comes: when nothing that is
   * missing has come for a while, it counts as gone.
   */
  private tryToComplete(): void {
    const { replica, clock, settleMs, logger } = this.options;
    if (this.rebuildTarget === null || !this.reached(this.rebuildTarget)) return;
    const missing = replica.missing(this.writer);
    if (missing !== this.progress.missing) this.progress = { missing, atMs: clock.nowMs() };
    if (missing > 0 && clock.nowMs() - this.progress.atMs < settleMs) return;
    clearInterval(this.rebuildCheck);
    this.rebuildTarget = null;
    replica.completeRebuild(this.writer);
    logger.info({ writer: this.writer, missing }, 'the replica was built anew');
  }

  private reached({ epoch, sequence }: FeedPosition): boolean {
    return this.subscription?.epoch === epoch && this.subscription.applied >= sequence;
  }
}
