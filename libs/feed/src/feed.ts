import type { FeedMessage, Writer } from '@latchkey/contracts';

/** Where a feed stands: `sequence` grows with every message of one `epoch`; a new epoch means a new stream, and old sequences mean nothing. */
export interface FeedPosition {
  epoch: string;
  sequence: number;
}

/** `messages` is how many subjects hold a message: fewer than the writer has published means that some were lost. */
export interface FeedState extends FeedPosition {
  messages: number;
}

export interface DeliveredMessage extends FeedMessage {
  sequence: number;
}

/** What a follower does with what arrives. Handlers are synchronous, so that "delivered" and "applied" are one. */
export interface FeedListener {
  onMessage(message: DeliveredMessage): void;
  /** Something on the feed that is no message of it: garbage, a foreign subject, an unknown kind. It is skipped, never fatal. */
  onInvalid?(reason: string): void;
  /** The stream is another one than before: everything held of this writer is about to be delivered again from its beginning. */
  onReset?(position: FeedPosition): void;
}

export interface FeedSubscription {
  /** Everything up to this sequence was handed to the listener, or skipped as invalid; 0 before the first. */
  readonly applied: number;
  /** Epoch that `applied` belongs to; null until the feed was reached for the first time. */
  readonly epoch: string | null;
  /** Messages that were skipped, since the start. */
  readonly invalid: number;
  stop(): Promise<void>;
}

/**
 * The way of every change from the writers to the gateways. Messages of one writer arrive in the order of their sequence, at least
 * once; only the newest of a subject is kept, so a follower from the beginning sees the present state of everything and not its history.
 */
export abstract class Feed {
  /** Creates what the writer's feed needs, or checks that it is right. Idempotent. Called by the writer only. */
  abstract prepare(writer: Writer): Promise<void>;

  /**
   * Publishes one message; resolves only when it is stored. A version that is not higher than the stored one is left out, so that
   * publishing twice, late, or from two places is harmless.
   * @returns the sequence at which the subject now stands
   * @throws when the feed is away; the caller keeps the message and tries again
   */
  abstract publish(writer: Writer, message: FeedMessage): Promise<number>;

  /** @throws when the feed is away or was never prepared */
  abstract position(writer: Writer): Promise<FeedState>;

  /**
   * Delivers everything after `after` (null: from the beginning), then what comes, until stopped. It survives the loss of connection,
   * consumer and stream, and may begin before the writer has prepared anything.
   */
  abstract follow(writer: Writer, after: FeedPosition | null, listener: FeedListener): Promise<FeedSubscription>;

  abstract close(): Promise<void>;
}
