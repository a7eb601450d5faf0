import type { FeedMessage, Writer } from '@latchkey/contracts';
import type { Logger } from '@latchkey/telemetry';
import { jetstream, jetstreamManager, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { AskSubject } from '../asking/asking.ts';
import { Delivery } from '../delivery.ts';
import {
  Feed,
  type Answering,
  type AnswerHandler,
  type FeedListener,
  type FeedPosition,
  type FeedState,
  type FeedSubscription,
  type Published,
} from '../feed.ts';
import { answerOnNats } from './answer.ts';
import { NatsAsker } from './nats-asker.ts';
import { connectNats, type NatsOptions } from './connect.ts';
import { forgetSubject, heldMessage, heldSubjects } from './held-subjects.ts';
import { NatsFollower } from './nats-follower.ts';
import { publishMessage } from './publish.ts';
import { prepareStream, streamState } from './stream.ts';

/** Past this a request to JetStream has failed; the caller decides whether to try again. */
const requestMs = 2000;

/** The feed over NATS JetStream (server 2.9 or newer, tried with 2.9.10 and 2.15.2): one stream per writer, compacted to the newest message of each subject. */
export class NatsFeed extends Feed {
  private readonly followers = new Set<NatsFollower>();
  private readonly asker: NatsAsker;

  private constructor(
    private readonly connection: NatsConnection,
    private readonly client: JetStreamClient,
    private readonly manager: JetStreamManager,
    private readonly logger: Logger,
  ) {
    super();
    this.asker = new NatsAsker(connection);
  }

  static async connect(options: NatsOptions): Promise<NatsFeed> {
    const connection = await connectNats(options);
    const manager = await jetstreamManager(connection, { timeout: requestMs, checkAPI: false });
    return new NatsFeed(connection, jetstream(connection, { timeout: requestMs }), manager, options.logger);
  }

  override async prepare(writer: Writer): Promise<void> {
    await prepareStream(this.manager, writer);
  }

  override async publish(writer: Writer, message: FeedMessage, replaces?: number, traceparent?: string): Promise<Published> {
    return publishMessage(this.client, this.manager, writer, message, replaces, traceparent);
  }

  override async position(writer: Writer): Promise<FeedState> {
    return streamState(this.manager, writer);
  }

  override follow(writer: Writer, after: FeedPosition | null, listener: FeedListener): Promise<FeedSubscription> {
    const follower = new NatsFollower(this.client, this.manager, writer, new Delivery(writer, after, listener), this.logger);
    this.followers.add(follower);
    return Promise.resolve(follower);
  }

  override answer(subject: AskSubject, handler: AnswerHandler): Promise<Answering> {
    return Promise.resolve(answerOnNats(this.connection, subject, handler));
  }

  override ask(subject: AskSubject, payload: unknown, timeoutMs: number): Promise<unknown> {
    return this.asker.ask(subject, payload, timeoutMs);
  }

  /** Every subject that the stream holds something of. For the writer, after its database was restored. */
  held(writer: Writer): Promise<string[]> {
    return heldSubjects(this.manager, writer);
  }

  /** @returns what the stream holds of a subject; null where that is no message, or nothing */
  message(writer: Writer, subject: string): Promise<FeedMessage | null> {
    return heldMessage(this.manager, writer, subject);
  }

  /** Has the stream hold nothing of a subject. @returns whether it held something */
  forget(writer: Writer, subject: string): Promise<boolean> {
    return forgetSubject(this.client, this.manager, writer, subject);
  }

  override async close(): Promise<void> {
    await Promise.all([...this.followers].map((follower) => follower.stop()));
    await this.connection.close();
  }
}
