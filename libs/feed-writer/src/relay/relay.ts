import { setTimeout as sleep } from 'node:timers/promises';
import type { FeedPosition } from '@latchkey/feed';
import { Coalesced } from './coalesced.ts';
import { drainOutbox } from './drain.ts';
import { Notifications } from './notifications.ts';
import type { RelayOptions } from './options.ts';

const retryMs = { first: 250, most: 2000 };

/**
 * Brings what is staged to the feed: at once when Postgres notifies, within the sweep otherwise, and everything anew when the stream is
 * another one than before. Any number of relays of one writer may run.
 */
export class Relay {
  private readonly drains: Coalesced<FeedPosition>;
  private readonly notifications: Notifications;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private wake: () => void = () => undefined;
  private prepared = false;
  private trustedEpoch: string | null = null;

  constructor(private readonly options: RelayOptions) {
    const { dataSource, logger } = options;
    const { url, schema } = dataSource.options as { url?: string; schema?: string };
    if (url === undefined || schema === undefined) throw new Error('The relay needs a data source with a url and a schema');
    this.drains = new Coalesced(() => this.drainOnce());
    this.notifications = new Notifications(url, `feed_${schema}`, () => this.wake(), logger);
  }

  /** Begins to work, and waits for the first drain, but no longer than a drain may take: a feed that is away keeps no service from starting. */
  async start(): Promise<void> {
    this.notifications.start();
    this.running ??= this.work();
    await this.drain().catch(() => undefined);
  }

  /**
   * Publishes everything that was committed before the call.
   * @returns a position by which the feed holds it
   * @throws when that takes longer than `drainMs`, or the feed or Postgres is away; the relay goes on trying by itself
   */
  async drain(): Promise<FeedPosition> {
    const { drainMs = 2000 } = this.options;
    const done = new AbortController();
    const late = sleep(drainMs, undefined, { signal: done.signal }).then(
      () => Promise.reject(new Error(`The outbox could not be published within ${drainMs} ms`)),
      () => new Promise<never>(() => undefined),
    );
    try {
      return await Promise.race([this.drains.run(), late]);
    } finally {
      done.abort();
    }
  }

  /** Ends after the drain that runs now, if any. To be called before the data source and the feed are closed. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake();
    await Promise.all([this.notifications.stop(), this.running]);
  }

  private async drainOnce(): Promise<FeedPosition> {
    if (this.stopping.signal.aborted) throw new Error('The relay was stopped');
    try {
      if (!this.prepared) await this.options.feed.prepare(this.options.writer);
      this.prepared = true;
      const position = await drainOutbox(this.options, this.trustedEpoch);
      this.trustedEpoch = position.epoch;
      return position;
    } catch (error) {
      // The stream itself may be gone: the next drain makes sure of it first.
      this.prepared = false;
      throw error;
    }
  }

  private async work(): Promise<void> {
    const { logger, writer, sweepMs = 250 } = this.options;
    const { signal } = this.stopping;
    let waitMs = 0;
    while (!signal.aborted) {
      const woken = new AbortController();
      this.wake = () => woken.abort();
      try {
        await this.drains.run();
        if (waitMs > 0) logger.info({ writer }, 'the outbox is published again');
        waitMs = 0;
        await sleep(sweepMs, undefined, { signal: woken.signal }).catch(() => undefined);
      } catch (error) {
        if (signal.aborted) return;
        if (waitMs === 0) logger.warn({ writer, reason: error instanceof Error ? error.message : 'unknown' }, 'the outbox cannot be published; trying again');
        waitMs = Math.min(Math.max(waitMs * 2, retryMs.first), retryMs.most);
        await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
