import { prepared } from '@latchkey/postgres';
import type { DataSource, EntityManager } from 'typeorm';

const key = "hashtextextended('latchkey-relay/' || current_schema(), 0)";

/** The SQL that takes the turn if nobody has it: true when it is ours now. */
export const tryTurn = `pg_try_advisory_lock(${key})`;

const endTurn = { name: 'latchkey-relay-turn-end', text: `SELECT pg_advisory_unlock(${key})` };

/** One round trip, and so one transaction; the lock outlives it, the setting does not. */
const waitForTurn = `SET LOCAL lock_timeout = '500ms'; SELECT pg_advisory_lock(${key})`;

/** A connection on which a relay drains, and with it the turn among the relays of its writer, which belongs to a connection. */
export class Turn {
  private taken = false;

  private constructor(readonly manager: EntityManager) {}

  get isTaken(): boolean {
    return this.taken;
  }

  /**
   * Lets the relays of one writer publish one after the other, where that is to be had soon. Side by side they would do everything twice,
   * and a digest read while another relay is between publishing and marking describes no sequence of the stream: a gateway could not
   * compare it. It is about that only, nothing becomes wrong without it; so a relay that hangs keeps the others waiting for a moment, not
   * for good.
   */
  static async during<T>(dataSource: DataSource, work: (turn: Turn) => Promise<T>): Promise<T> {
    const runner = dataSource.createQueryRunner();
    const turn = new Turn(runner.manager);
    let isKnown = false;
    try {
      const result = await work(turn);
      isKnown = true;
      return result;
    } finally {
      // After a failure it may be ours without our knowing. A connection that is broken has lost its locks with it.
      if (turn.taken || !isKnown) await prepared(turn.manager, endTurn, []).catch(() => undefined);
      await runner.release();
    }
  }

  /** A statement of this connection has taken it, by `tryTurn`. */
  take(): void {
    this.taken = true;
  }

  /** Travels with what was asked on this connection before, and is done after it. */
  async end(): Promise<void> {
    await prepared(this.manager, endTurn, []);
    this.taken = false;
  }

  /** Whoever does not get it in time goes on beside the other. */
  async wait(): Promise<void> {
    this.taken = await this.manager.query(waitForTurn).then(
      () => true,
      () => false,
    );
  }
}
