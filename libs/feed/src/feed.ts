import type { FeedMessage, Writer } from '@latchkey/contracts';

/** Where a feed stands: `sequence` grows with every message of one `epoch`; a new epoch means a new stream, and old sequences mean nothing. */
export interface FeedPosition {
  epoch: string;
  sequence: number;
}

export interface DeliveredMessage extends FeedMessage {
  sequence: number;
}

/** What a follower does with what arrives. Handlers are synchronous, so that "delivered" and "applied" are one. */
export interface FeedListener {
  onMessage(message: DeliveredMessage): void;
  /** Something on the feed that is no message of it: garbage, a foreign subject, an unknown kind. It is skipped, never fatal. */
  onInvalid?(reason: string): void;
  /** The stream is another one than before: everything held of this writer has to be read again from its beginning. */
  onReset?(position: FeedPosition): void;
}

export interface FeedSubscription {
  /** Sequence of the last message handed to the listener, or skipped as invalid; 0 before the first. */
  readonly applied: number;
  stop(): Promise<void>;
}

/**
 * The way of every change from the writers to the gateways. Messages of one writer arrive in the order of their sequence, at least
 * once; only the newest of a subject is kept, so a follower from 0 sees the present state of everything and not its history.
 */
export abstract class Feed {
  /** Creates what the writer's feed needs, or checks that it is right. Idempotent. Called by the writer only. */
  abstract prepare(writer: Writer): Promise<void>;

  /**
   * Publishes one message; resolves only when it is stored. Publishing the same subject and version again is harmless.
   * @returns its sequence
   * @throws when the feed is away; the caller keeps the message and tries again
   */
  abstract publish(writer: Writer, message: FeedMessage): Promise<number>;

  /** @throws when the feed is away or was never prepared */
  abstract position(writer: Writer): Promise<FeedPosition>;

  /** Delivers everything after `after`, then what comes, until stopped. It survives the loss of connection, consumer and stream. */
  abstract follow(writer: Writer, after: number, listener: FeedListener): Promise<FeedSubscription>;

  abstract close(): Promise<void>;
}
