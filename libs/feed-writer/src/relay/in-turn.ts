import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';

const key = "hashtextextended('latchkey-relay/' || current_schema(), 0)";
const tries = 20;
const tryMs = 10;

/**
 * Lets the relays of one writer publish one after the other, where that is to be had quickly. Side by side they would do everything twice,
 * and a digest read while another relay is between publishing and marking describes no sequence of the stream: a gateway could not
 * compare it. It is about that only, nothing becomes wrong without it; so a relay that hangs keeps the others waiting for a moment, not
 * for good.
 */
export async function inTurn<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  let locked = false;
  try {
    for (let attempt = 1; !locked && attempt <= tries; attempt++) {
      if (attempt > 1) await sleep(tryMs);
      const [row] = await runner.manager.query<{ locked: boolean }[]>(`SELECT pg_try_advisory_lock(${key}) AS locked`);
      locked = row?.locked === true;
    }
    return await work(runner.manager);
  } finally {
    // A connection that is broken has lost its locks with it.
    if (locked) await runner.manager.query(`SELECT pg_advisory_unlock(${key})`).catch(() => undefined);
    await runner.release();
  }
}
