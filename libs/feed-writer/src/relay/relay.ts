import { setTimeout as sleep } from 'node:timers/promises';
import { SystemMonotonicClock } from '@latchkey/clock';
import type { FeedPosition, FenceAnswer, ShardsAnswer } from '@latchkey/feed';
import { wakeners } from '../outbox/wake.ts';
import { Alarm } from './alarm.ts';
import { auditDigest } from './audit-digest.ts';
import { Coalesced } from './coalesced.ts';
import { drainPromptly } from './drain-promptly.ts';
import { drainOutbox } from './drain.ts';
import { epochOf } from './epoch-of.ts';
import { beginRepair } from './generation.ts';
import { Notifications } from './notifications.ts';
import type { RelayOptions } from './options.ts';
import type { OutboxState } from './read-outbox.ts';
import { readShards } from './read-shards.ts';

const prepareMs = 60_000;
const retryMs = { first: 250, most: 2000 };

/** Fences are worth a look at the outbox this often, however many there are. */
const fenceMs = 200;

interface Drained {
  position: FeedPosition;
  /** What the feed holds at that position; null where nobody asked for it. */
  state: OutboxState | null;
}

/**
 * Brings what is staged to the feed: at once when this process staged it or Postgres notifies, within the sweep otherwise, and everything
 * anew when the stream is another one than before. Any number of relays of one writer may run.
 */
export class Relay {
  private readonly clock = new SystemMonotonicClock();
  private readonly drains: Coalesced<Drained>;
  private readonly notifications: Notifications;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private readonly alarm = new Alarm();
  private readonly sweepMs: number;
  private readonly wake = (): void => this.alarm.ring();
  private audited = false;
  private preparedAtMs = -Infinity;
  /** Seen by the last whole drain, and when that began. */
  private trusted: { epoch: string; atMs: number } | null = null;
  /** Those that wait for a drain which tells what the feed holds. */
  private fences = 0;
  /** When the last drain began that came to its end. */
  private drainedAtMs = -Infinity;

  constructor(private readonly options: RelayOptions) {
    const { dataSource, logger, sweepMs = 250 } = options;
    this.sweepMs = sweepMs;
    const { url, schema } = dataSource.options as { url?: string; schema?: string };
    if (url === undefined || schema === undefined) throw new Error('The relay needs a data source with a url and a schema');
    this.drains = new Coalesced((tell) => this.drainOnce(tell), fenceMs);
    this.notifications = new Notifications(() => (dataSource.options as { url?: string }).url ?? url, `feed_${schema}`, this.wake, logger);
  }

  /** Begins to work, and waits for the first drain, but no longer than a drain may take: a feed that is away keeps no service from starting. */
  async start(): Promise<void> {
    this.notifications.start();
    wakeners.set(this.options.dataSource, this.wake);
    this.running ??= this.work();
    await this.drain().catch(() => undefined);
  }

  /**
   * Publishes everything that was committed before the call.
   * @returns a position by which the feed holds it
   * @throws when that takes longer than `drainMs`, or the feed or Postgres is away; the relay goes on trying by itself
   */
  async drain(): Promise<FeedPosition> {
    return (await this.inTime(this.drains.run())).position;
  }

  /**
   * The same for whoever needs no position: it is over once the feed has acknowledged everything, which Postgres is told of afterwards.
   * @throws as `drain` does
   */
  async published(): Promise<void> {
    await this.inTime(this.drains.told());
  }

  /**
   * As `drain`, and what the feed holds at that position. In no hurry: all who call within 200 ms share a drain, which begins after each of
   * their calls.
   */
  async fence(): Promise<FenceAnswer> {
    this.fences += 1;
    try {
      const { state } = await this.inTime(this.drains.share());
      if (state === null) throw new Error('A drain for a fence did not look at what the feed holds');
      return { epoch: epochOf(state), sequence: state.sequence, digest: state.digest };
    } finally {
      this.fences -= 1;
    }
  }

  /** The digest in its parts, after a drain; what is staged at this moment may be missing in it. */
  async shards(): Promise<ShardsAnswer> {
    await this.inTime(this.drains.share());
    return readShards(this.options.dataSource);
  }

  /** Has everything published again. @returns false when that was done less than a minute ago */
  async repair(): Promise<boolean> {
    const begun = await beginRepair(this.options.dataSource.manager);
    if (begun) this.wake();
    return begun;
  }

  /** Ends after the drain that runs now, if any. To be called before the data source and the feed are closed. */
  async stop(): Promise<void> {
    this.stopping.abort();
    wakeners.delete(this.options.dataSource);
    this.wake();
    await Promise.all([this.notifications.stop(), this.running]);
  }

  private async inTime<T>(work: Promise<T>): Promise<T> {
    const { drainMs = 2000 } = this.options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`The outbox could not be published within ${drainMs} ms`)), drainMs);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async drainOnce(tell: () => void): Promise<Drained> {
    if (this.stopping.signal.aborted) throw new Error('The relay was stopped');
    const begunAtMs = this.clock.nowMs();
    try {
      if (!this.audited) await auditDigest(this.options);
      this.audited = true;
      // Again from time to time: a cluster that has grown meanwhile has room for more copies.
      if (begunAtMs - this.preparedAtMs > prepareMs) {
        await this.options.feed.prepare(this.options.writer);
        this.preparedAtMs = begunAtMs;
      }
      const drained = (await this.drainPromptly(begunAtMs, tell)) ?? (await this.drainWhole(begunAtMs));
      this.drainedAtMs = begunAtMs;
      return drained;
    } catch (error) {
      // The stream itself may be gone: the next drain makes sure of it first.
      this.preparedAtMs = -Infinity;
      if (this.trusted !== null) this.trusted = { ...this.trusted, atMs: -Infinity };
      throw error;
    }
  }

  private async drainPromptly(begunAtMs: number, tell: () => void): Promise<Drained | null> {
    if (this.trusted === null || this.fences > 0 || begunAtMs - this.trusted.atMs > this.sweepMs) return null;
    const position = await drainPromptly(this.options, this.trusted.epoch, tell);
    return position === null ? null : { position, state: null };
  }

  private async drainWhole(begunAtMs: number): Promise<Drained> {
    const state = await drainOutbox(this.options, this.trusted?.epoch ?? null);
    const { epoch, sequence } = state;
    this.trusted = { epoch, atMs: begunAtMs };
    // Staged during the drain, and notified of during it or not.
    if (state.pending.length > 0) this.wake();
    return { position: { epoch, sequence }, state };
  }

  /** Drains when it is told to, and when nothing else has made a drain for the time of a sweep. */
  private async work(): Promise<void> {
    const { logger, writer } = this.options;
    const { signal } = this.stopping;
    let waitMs = 0;
    for (let woken = true; !signal.aborted; ) {
      try {
        if (woken || this.restMs() <= 0) await this.drains.run();
        if (waitMs > 0) logger.info({ writer }, 'the outbox is published again');
        waitMs = 0;
        woken = await this.alarm.wait(this.restMs());
      } catch (error) {
        if (signal.aborted) return;
        if (waitMs === 0) logger.warn({ writer, reason: error instanceof Error ? error.message : 'unknown' }, 'the outbox cannot be published; trying again');
        waitMs = Math.min(Math.max(waitMs * 2, retryMs.first), retryMs.most);
        await sleep(waitMs, undefined, { signal }).catch(() => undefined);
        woken = true;
      }
    }
  }

  private restMs(): number {
    return Math.max(0, this.drainedAtMs + this.sweepMs - this.clock.nowMs());
  }
}
