import { randomUUID } from 'node:crypto';
import type { FeedMessage, Writer } from '@latchkey/contracts';
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
import { rivalOf } from '../rival.ts';
import { Channel } from './channel.ts';
import { Desk } from './desk.ts';

/**
 * The feed of a single process: the same compaction, order and wire format as JetStream, in memory. Its epoch is new with every
 * instance, so writers publish everything again and followers start over.
 */
export class InProcessFeed extends Feed {
  private readonly id = randomUUID();
  private readonly channels: Record<Writer, Channel> = { identity: new Channel(), keys: new Channel() };
  private readonly prepared = new Set<Writer>();
  private readonly desk = new Desk();

  override prepare(writer: Writer): Promise<void> {
    this.prepared.add(writer);
    return Promise.resolve();
  }

  override publish(writer: Writer, message: FeedMessage, _replaces?: number, traceparent?: string): Promise<Published> {
    const known = this.channels[writer].newest(message.subject);
    const payload = JSON.stringify(message);
    if (known !== undefined && known.version >= message.version) {
      return Promise.resolve({ sequence: known.sequence, stored: false, rival: rivalOf(payload, known) });
    }
    return Promise.resolve({ sequence: this.append(writer, message.subject, payload, message.version, traceparent), stored: true, rival: null });
  }

  override async position(writer: Writer): Promise<FeedState> {
    if (!this.prepared.has(writer)) throw new Error(`The ${writer} feed was not prepared yet`);
    const channel = this.channels[writer];
    return Promise.resolve({ epoch: this.epoch(writer), sequence: channel.sequence, messages: channel.size });
  }

  override follow(writer: Writer, after: FeedPosition | null, listener: FeedListener): Promise<FeedSubscription> {
    const channel = this.channels[writer];
    const delivery = new Delivery(writer, after, listener);
    const join = (fromBeginning: boolean): (() => void) => {
      delivery.enter({ epoch: this.epoch(writer), sequence: channel.sequence }, fromBeginning);
      return channel.join(delivery);
    };
    let leave: (() => void) | undefined = join(false);
    return Promise.resolve({
      get applied() { return delivery.applied; },
      get epoch() { return delivery.epoch; },
      get invalid() { return delivery.invalid; },
      restart: ({ fromBeginning } = { fromBeginning: false }) => {
        if (leave === undefined) return;
        leave();
        leave = join(fromBeginning);
      },
      stop: () => {
        leave?.();
        leave = undefined;
        return Promise.resolve();
      },
    });
  }

  override answer(subject: AskSubject, handler: AnswerHandler): Promise<Answering> {
    return Promise.resolve(this.desk.answer(subject, handler));
  }

  override ask(subject: AskSubject, payload: unknown, timeoutMs: number): Promise<unknown> {
    return this.desk.ask(subject, payload, timeoutMs);
  }

  override close(): Promise<void> {
    this.desk.close();
    for (const channel of Object.values(this.channels)) channel.close();
    return Promise.resolve();
  }

  private epoch(writer: Writer): string {
    return `${writer}/${this.id}`;
  }

  /** Puts text on the wire unseen, as anybody with access to a real stream could. */
  protected append(writer: Writer, subject: string, text: string, version = 0, traceparent?: string): number {
    return this.channels[writer].append(subject, text, version, traceparent);
  }
}
