import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@latchkey/telemetry';
import {
  AckPolicy,
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type ConsumerMessages,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { trailSources, type TrailConsumer, type TrailHandler } from './audit-trail.ts';

const stream = 'AUDIT';
const durable = 'identity';
const retryMs = 1000;

/** Full, it refuses: who publishes knows, keeps what it has, and counts what it cannot keep. */
const streamConfig = {
  name: stream,
  subjects: trailSources.map((source) => `audit.${source}.>`),
  storage: StorageType.File,
  retention: RetentionPolicy.Workqueue,
  discard: DiscardPolicy.New,
  max_bytes: 1024 ** 3,
  duplicate_window: nanos(120_000),
};

const consumerConfig = { durable_name: durable, ack_policy: AckPolicy.Explicit, ack_wait: nanos(30_000), max_ack_pending: 100 };

/** A server alone knows no copies (10074), and a cluster may be too small for three (10005). */
const tooFewServers = new Set([10074, 10005]);

/** Handles messages one after another until stopped; what breaks, a connection or the stream itself, is made anew. */
export class NatsTrailConsumer implements TrailConsumer {
  private stopped = false;
  private messages: ConsumerMessages | undefined;
  private readonly running: Promise<void>;

  constructor(
    private readonly client: JetStreamClient,
    private readonly manager: JetStreamManager,
    private readonly handler: TrailHandler,
    private readonly logger: Logger,
  ) {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.messages?.stop();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.prepare();
        await this.read();
      } catch (error) {
        if (!this.stopped) this.logger.warn({ err: error }, 'the audit trail is away; it is tried again');
      }
      if (!this.stopped) await sleep(retryMs);
    }
  }

  private async prepare(): Promise<void> {
    await this.manager.streams.add({ ...streamConfig, num_replicas: 3 }).catch((error: unknown) => {
      if (!(error instanceof JetStreamApiError) || !tooFewServers.has(error.code)) throw error;
      return this.manager.streams.add({ ...streamConfig, num_replicas: 1 });
    });
    await this.manager.consumers.add(stream, consumerConfig);
  }

  private async read(): Promise<void> {
    const consumer = await this.client.consumers.get(stream, durable);
    const messages = await consumer.consume({ max_messages: 50, expires: 10_000, idle_heartbeat: 2_000, abort_on_missing_resource: true });
    this.messages = messages;
    if (this.stopped) messages.stop();
    void this.watch(messages);
    for await (const message of messages) await this.handle(message);
  }

  private async handle(message: JsMsg): Promise<void> {
    const source = trailSources.find((name) => message.subject.startsWith(`audit.${name}.`));
    try {
      // The stream has no other subjects, and what is no JSON will never be any.
      if (source === undefined) throw new SyntaxError(`a message on ${message.subject}`);
      const payload: unknown = JSON.parse(message.string());
      await this.handler({ source, payload });
      message.ack();
    } catch (error) {
      if (error instanceof SyntaxError) {
        this.logger.error({ reason: error.message, source }, 'something that is no audit event was on the trail');
        message.term();
      } else {
        this.logger.warn({ err: error, source }, 'audit events could not be kept; they come again');
        message.nak(retryMs);
      }
    }
  }

  private async watch(messages: ConsumerMessages): Promise<void> {
    for await (const { type } of messages.status()) {
      if (['consumer_deleted', 'consumer_not_found', 'stream_not_found', 'heartbeats_missed', 'no_responders'].includes(type)) messages.stop();
    }
  }
}
