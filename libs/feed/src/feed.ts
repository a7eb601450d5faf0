import type { FeedMessage, Writer } from '@latchkey/contracts';
import type { AskSubject, FenceAnswer, RepairAnswer, ShardsAnswer } from './asking/asking.ts';
import { fenceAnswerSchema, repairAnswerSchema, shardsAnswerSchema } from './asking/asking.ts';
import { askFor } from './asking/ask-for.ts';
import type { Rival } from './rival.ts';

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
  /** Of who published it, where that was traced (W3C Trace Context) */
  traceparent?: string;
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
  /**
   * Makes anew whatever delivers: for a follower who knows better than the feed that something is wrong with it. Nothing is lost by it.
   * @param options.fromBeginning  everything is delivered again, after `onReset`
   */
  restart(options?: { fromBeginning: boolean }): void;
  stop(): Promise<void>;
}

/** What a message did. */
export interface Published {
  /** At which the subject now stands. */
  sequence: number;
  /** False: what stands there was there already. */
  stored: boolean;
  /** What stands there instead, when that is another message: a newer one, or one of the same version with other content. */
  rival: Rival | null;
}

/** Answers one question. What it throws stays here, and is its own to log: whoever asked learns only that there is no answer. */
export type AnswerHandler = (payload: unknown) => Promise<unknown>;

export interface Answering {
  /** Takes no more questions, and waits for those that are being answered. */
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
   * @param replaces  the sequence of what stands on the subject, where the caller remembers one: it saves a look. Only a message that is
   *   really there is replaced by it; otherwise it is looked after all.
   * @param traceparent  told to followers beside the message, which it is no part of
   * @throws when the feed is away; the caller keeps the message and tries again
   */
  abstract publish(writer: Writer, message: FeedMessage, replaces?: number, traceparent?: string): Promise<Published>;

  /** @throws when the feed is away or was never prepared */
  abstract position(writer: Writer): Promise<FeedState>;

  /**
   * Delivers everything after `after` (null: from the beginning), then what comes, until stopped. It survives the loss of connection,
   * consumer and stream, and may begin before the writer has prepared anything.
   */
  abstract follow(writer: Writer, after: FeedPosition | null, listener: FeedListener): Promise<FeedSubscription>;

  /** Answers questions, together with all others who answer the same subject: each question reaches one of them. */
  abstract answer(subject: AskSubject, handler: AnswerHandler): Promise<Answering>;

  /**
   * Asks whoever answers `subject`. Nothing is repeated and nothing waits for a feed that is away: the caller asks again.
   * @returns what was answered, not looked at in any way
   * @throws UnansweredError
   */
  abstract ask(subject: AskSubject, payload: unknown, timeoutMs: number): Promise<unknown>;

  abstract close(): Promise<void>;

  answerFences(writer: Writer, answer: () => Promise<FenceAnswer>): Promise<Answering> {
    return this.answer(`fence.${writer}`, answer);
  }

  /** A position that is not older than this call, and what the stream holds there. @throws UnansweredError */
  fence(writer: Writer, timeoutMs: number): Promise<FenceAnswer> {
    return askFor(this, fenceAnswerSchema, `fence.${writer}`, timeoutMs);
  }

  answerShards(writer: Writer, answer: () => Promise<ShardsAnswer>): Promise<Answering> {
    return this.answer(`shards.${writer}`, answer);
  }

  /** @throws UnansweredError */
  shards(writer: Writer, timeoutMs: number): Promise<ShardsAnswer> {
    return askFor(this, shardsAnswerSchema, `shards.${writer}`, timeoutMs);
  }

  answerRepairs(writer: Writer, answer: () => Promise<RepairAnswer>): Promise<Answering> {
    return this.answer(`repair.${writer}`, answer);
  }

  /** Asks the writer to publish everything again, because what the stream holds is not what the writer says it is. @throws UnansweredError */
  repair(writer: Writer, timeoutMs: number): Promise<RepairAnswer> {
    return askFor(this, repairAnswerSchema, `repair.${writer}`, timeoutMs);
  }
}
