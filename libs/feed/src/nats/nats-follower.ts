import { setTimeout as sleep } from 'node:timers/promises';
import { streamNames, type Writer } from '@latchkey/contracts';
import { AckPolicy, DeliverPolicy, ReplayPolicy, type ConsumerInfo, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Logger } from '@latchkey/telemetry';
import type { Delivery } from '../delivery.ts';
import type { FeedSubscription } from '../feed.ts';
import { consume } from './consume.ts';
import { streamState } from './stream.ts';

const retryMs = { first: 50, most: 1000 };

/**
 * Follows one stream through anything: each round notes which stream it is, makes a consumer from what was applied, and reads until that
 * consumer can no longer be trusted. The library's own ordered consumer is not used: it recovers by itself after up to 30 s of silence.
 */
export class NatsFollower implements FeedSubscription {
  private readonly stopping = new AbortController();
  private round = new AbortController();
  private fromBeginning = false;
  private readonly running: Promise<void>;

  constructor(
    private readonly client: JetStreamClient,
    private readonly manager: JetStreamManager,
    private readonly writer: Writer,
    private readonly delivery: Delivery,
    private readonly logger: Logger,
  ) {
    this.running = this.run();
  }

  get applied(): number {
    return this.delivery.applied;
  }

  get epoch(): string | null {
    return this.delivery.epoch;
  }

  get invalid(): number {
    return this.delivery.invalid;
  }

  restart({ fromBeginning } = { fromBeginning: false }): void {
    this.fromBeginning ||= fromBeginning;
    this.round.abort();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    let waitMs = retryMs.first;
    let failing = false;
    while (!signal.aborted) {
      this.round = new AbortController();
      const inRound = AbortSignal.any([signal, this.round.signal]);
      try {
        const consumer = await this.enter();
        if (failing) this.logger.info({ writer: this.writer }, 'the feed is followed again');
        failing = false;
        waitMs = retryMs.first;
        const reason = await consume({ client: this.client, manager: this.manager, writer: this.writer, delivery: this.delivery, consumer, signal: inRound });
        if (!signal.aborted) this.logger.debug({ writer: this.writer, reason }, 'the consumer is made anew');
      } catch (error) {
        if (!failing) this.logger.warn({ writer: this.writer, reason: error instanceof Error ? error.message : 'unknown' }, 'the feed cannot be followed');
        failing = true;
        waitMs = Math.min(waitMs * 2, retryMs.most);
      }
      await sleep(waitMs, undefined, { signal: inRound }).catch(() => undefined);
    }
  }

  private async enter(): Promise<ConsumerInfo> {
    const state = await streamState(this.manager, this.writer);
    this.delivery.enter(state, this.fromBeginning);
    this.fromBeginning = false;
    const consumer = await this.manager.consumers.add(streamNames[this.writer], {
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.delivery.applied + 1,
      replay_policy: ReplayPolicy.Instant,
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: nanos(30_000),
    });
    // Nothing is left up to where the stream stood: its last messages were purged, and waiting for them would never end.
    if (consumer.num_pending === 0) this.delivery.passTo(state.sequence);
    return consumer;
  }
}
