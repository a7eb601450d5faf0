import type { DataSource, EntityManager } from 'typeorm';

const key = "hashtextextended('latchkey-relay/' || current_schema(), 0)";

/** One round trip, and so one transaction; the lock outlives it, the setting does not. */
const waitForTurn = `SET LOCAL lock_timeout = '500ms'; SELECT pg_advisory_lock(${key})`;

/**
 * Lets the relays of one writer publish one after the other, where that is to be had soon. Side by side they would do everything twice,
 * and a digest read while another relay is between publishing and marking describes no sequence of the stream: a gateway could not
 * compare it. It is about that only, nothing becomes wrong without it; so a relay that hangs keeps the others waiting for a moment, not
 * for good.
 */
export async function inTurn<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  let locked = false;
  try {
    locked = await runner.manager.query(waitForTurn).then(
      () => true,
      () => false,
    );
    return await work(runner.manager);
  } finally {
    // A connection that is broken has lost its locks with it.
    if (locked) await runner.manager.query(`SELECT pg_advisory_unlock(${key})`).catch(() => undefined);
    await runner.release();
  }
}
