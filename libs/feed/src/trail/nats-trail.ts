import type { Logger } from '@latchkey/telemetry';
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectNats, type NatsOptions } from '../nats/connect.ts';
import { AuditTrail, type TrailConsumer, type TrailHandler, type TrailSource } from './audit-trail.ts';
import { NatsTrailConsumer } from './nats-trail-consumer.ts';
import type { TrailPage } from './trail-pages.ts';

const requestMs = 2000;

/** The way over NATS JetStream (server 2.9 or newer): a work queue on disk, from which a message goes when it is kept elsewhere. */
export class NatsTrail extends AuditTrail {
  private readonly consumers = new Set<TrailConsumer>();

  private constructor(
    private readonly connection: NatsConnection,
    private readonly client: JetStreamClient,
    private readonly manager: JetStreamManager,
    private readonly logger: Logger,
  ) {
    super();
  }

  static async connect(options: NatsOptions): Promise<NatsTrail> {
    const connection = await connectNats(options);
    const manager = await jetstreamManager(connection, { timeout: requestMs, checkAPI: false });
    return new NatsTrail(connection, jetstream(connection, { timeout: requestMs }), manager, options.logger);
  }

  override async send(source: TrailSource, { id, bytes }: TrailPage): Promise<void> {
    // What is sent again because its answer was lost is the same message to the server.
    await this.client.publish(`audit.${source}.events`, bytes, { msgID: id, timeout: requestMs });
  }

  override consume(handler: TrailHandler): Promise<TrailConsumer> {
    const consumer = new NatsTrailConsumer(this.client, this.manager, handler, this.logger);
    this.consumers.add(consumer);
    return Promise.resolve(consumer);
  }

  override async close(): Promise<void> {
    await Promise.all([...this.consumers].map((consumer) => consumer.stop()));
    await this.connection.close();
  }
}
