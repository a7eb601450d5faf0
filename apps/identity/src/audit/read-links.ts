import type { AuditEvent, AuditLink } from '@latchkey/contracts';
import type { DataSource } from 'typeorm';

const batchSize = 500;

interface Row extends Omit<AuditLink, 'position'> {
  position: string;
  /** Whether the columns that lists filter by say what the event says. */
  agrees: boolean;
}

export interface StoredLink extends AuditLink {
  agrees: boolean;
}

/**
 * The links of a chain, oldest first, by batches: neither memory nor a transaction holds more than one.
 * @param after  position before the first that is wanted
 */
export async function* readLinks(dataSource: DataSource, chain: string, after: number, to = Number.MAX_SAFE_INTEGER): AsyncGenerator<StoredLink> {
  for (let last = after; ; ) {
    const rows = await dataSource.query<Row[]>(
      `SELECT position, encode(previous, 'hex') AS previous, encode(hash, 'hex') AS hash, event,
         event->>'id' = id::text AND (event->>'at')::timestamptz = at AND event->>'service' = service AND event->>'action' = action
           AND event->>'outcome' = outcome AND event->>'org' IS NOT DISTINCT FROM org AS agrees
       FROM audit_events WHERE chain = $1 AND position > $2 AND position <= $3 ORDER BY position LIMIT ${batchSize}`,
      [chain, last, to],
    );
    for (const { position, ...row } of rows) yield { ...row, event: row.event satisfies AuditEvent, position: Number(position) };
    if (rows.length < batchSize) return;
    last = Number(rows.at(-1)?.position);
  }
}
