import type { MonotonicClock, WallClock } from '@latchkey/clock';
import type { ConnectionValueAnswer, ConnectionValueAsk } from '@latchkey/contracts';

export type AskValue = (question: ConnectionValueAsk) => Promise<ConnectionValueAnswer>;

interface Held {
  answer: Promise<ConnectionValueAnswer>;
  /** By the monotonic clock */
  untilMs: number;
}

/** A value is asked for again after a minute, and half a minute before it expires; that there is none, as soon as the feed tells otherwise. */
const valueMs = 60_000;
const marginMs = 30_000;
const missingMs = 60_000;
const limit = 10_000;

export interface ConnectionValuesOptions {
  ask: AskValue;
  clock: WallClock;
  monotonicClock: MonotonicClock;
}

/**
 * What is shown to servers, in memory only: a minute stale at most, forgotten as soon as the feed tells of a change, and not used at all
 * while the feed cannot be proven fresh. Asked for once, however many requests wait for it.
 */
export class ConnectionValues {
  /** By connection, then by everything else that is asked */
  private readonly held = new Map<string, Map<string, Held>>();
  private count = 0;
  readonly lookups = { hits: 0, misses: 0 };

  constructor(private readonly options: ConnectionValuesOptions) {}

  /** @param fresh  whether a change would be known by now @throws Error when keys does not answer */
  get(question: ConnectionValueAsk, fresh: boolean): Promise<ConnectionValueAnswer> {
    const { connection, ...rest } = question;
    const key = JSON.stringify(rest);
    const known = this.held.get(connection)?.get(key);
    if (fresh && known !== undefined && known.untilMs > this.options.monotonicClock.nowMs()) {
      this.lookups.hits += 1;
      return known.answer;
    }
    this.lookups.misses += 1;
    const held: Held = { answer: this.options.ask(question), untilMs: Infinity };
    this.remember(connection, key, held);
    held.answer.then((answer) => this.settle(held, answer), () => this.drop(connection, key, held));
    return held.answer;
  }

  forget(connection: string): void {
    this.count -= this.held.get(connection)?.size ?? 0;
    this.held.delete(connection);
  }

  private settle(held: Held, answer: ConnectionValueAnswer): void {
    const left = answer.kind !== 'value' ? missingMs : answer.expiresAt === null ? valueMs : Math.min(valueMs, answer.expiresAt - this.options.clock.nowMs() - marginMs);
    held.untilMs = this.options.monotonicClock.nowMs() + Math.max(0, left);
  }

  private remember(connection: string, key: string, held: Held): void {
    if (this.count >= limit) {
      this.held.clear();
      this.count = 0;
    }
    const ofConnection = this.held.get(connection) ?? new Map<string, Held>();
    if (!ofConnection.has(key)) this.count += 1;
    this.held.set(connection, ofConnection.set(key, held));
  }

  private drop(connection: string, key: string, held: Held): void {
    const ofConnection = this.held.get(connection);
    if (ofConnection?.get(key) === held && ofConnection.delete(key)) this.count -= 1;
  }
}
