import type { DataSource, EntityManager } from 'typeorm';
import type { Envelope } from './envelope.ts';

/** Every column that is sealed; `id` and `org` of its row are what it is bound to, and its table or the one that it came from. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'webhook_secrets', column: 'sealed' },
  { table: 'webhook_subscriptions', column: 'sealed_key' },
  { table: 'mint_replays', column: 'sealed' },
  { table: 'connections', column: 'sealed_client' },
  { table: 'connection_credentials', column: 'sealed' },
  { table: 'connection_credentials', column: 'previous_sealed' },
  { table: 'connection_flows', column: 'sealed' },
  { table: 'upstream_revocations', column: 'sealed', from: { table: 'connection_credentials', id: 'id' } },
  { table: 'upstream_revocations', column: 'sealed_client', from: { table: 'connections', id: 'connection_id' } },
];

interface SealedColumn {
  table: string;
  column: string;
  /** Where it was sealed, and the column that names the row there */
  from?: { table: string; id: string };
}

const batchSize = 200;

export interface Reencrypted {
  seen: number;
  changed: number;
}

/**
 * Wraps the data key of every sealed value under the first master key, a few rows at a time, while the service runs. A value is under the
 * old key or under the new one and never in between: what is stopped halfway, however it was stopped, goes on when it is run again.
 */
export async function reencrypt(dataSource: DataSource, envelope: Envelope): Promise<Reencrypted> {
  const total: Reencrypted = { seen: 0, changed: 0 };
  for (const place of sealedColumns) {
    for (let last: string | null = null; ; ) {
      const batch: { last: string | null } & Reencrypted = await dataSource.transaction((manager) => reencryptBatch(manager, envelope, place, last));
      total.seen += batch.seen;
      total.changed += batch.changed;
      if (batch.last === null) break;
      last = batch.last;
    }
  }
  return total;
}

async function reencryptBatch(manager: EntityManager, envelope: Envelope, { table, column, from = { table, id: 'id' } }: SealedColumn, after: string | null): Promise<{ last: string | null } & Reencrypted> {
  const rows = await manager.query<{ id: string; place: string; org: string; sealed: Buffer }[]>(
    `SELECT id, ${from.id} AS place, org, ${column} AS sealed FROM ${table} WHERE ${column} IS NOT NULL AND ($1::text IS NULL OR id::text > $1) ORDER BY id::text LIMIT ${batchSize} FOR UPDATE`,
    [after],
  );
  let changed = 0;
  for (const { id, place, org, sealed } of rows) {
    const again = await envelope.rewrap({ table: from.table, id: place, org }, sealed);
    if (again === null) continue;
    await manager.query(`UPDATE ${table} SET ${column} = $2 WHERE id = $1`, [id, again]);
    changed += 1;
  }
  return { last: rows.at(-1)?.id ?? null, seen: rows.length, changed };
}
