import type { Writer } from '@latchkey/contracts';
import type { Logger } from '@latchkey/telemetry';
import type { DataSource } from 'typeorm';
import { shardsOfOutbox, zeroDigest } from '../outbox/digest-sql.ts';

const computed = `
  SELECT shard, coalesce(held.digest, ${zeroDigest}) AS digest, coalesce(held.subjects, 0) AS subjects
  FROM feed_digest LEFT JOIN (${shardsOfOutbox}) AS held USING (shard)`;

/** One statement sees one moment, in which both must agree: no lock is needed to compare. */
const differing = `
  SELECT shard FROM feed_digest JOIN (${computed}) AS computed USING (shard)
  WHERE feed_digest.digest <> computed.digest OR feed_digest.subjects <> computed.subjects`;

/** Every row is hashed twice: a few seconds for a million. */
const allowLong = "SET LOCAL statement_timeout = '10min'";

/**
 * Compares the digest with the outbox that it is about, and computes it anew where somebody has written past the relay: a wrong digest
 * would never let a gateway prove anything.
 */
export async function auditDigest({ dataSource, writer, logger }: { dataSource: DataSource; writer: Writer; logger: Logger }): Promise<void> {
  const shards = await dataSource.transaction(async (manager) => {
    await manager.query(allowLong);
    return manager.query<{ shard: number }[]>(differing);
  });
  if (shards.length === 0) return;
  await dataSource.transaction(async (manager) => {
    await manager.query(allowLong);
    // Marks wait: they change rows and digest together, and this takes its moment only once none is under way.
    await manager.query('SELECT 1 FROM feed_epoch FOR UPDATE');
    await manager.query(`UPDATE feed_digest SET digest = computed.digest, subjects = computed.subjects FROM (${computed}) AS computed WHERE feed_digest.shard = computed.shard`);
  });
  logger.error({ writer, shards: shards.map(({ shard }) => shard) }, 'the digest was not that of the outbox; it was computed anew');
}
