import type { DataSource } from 'typeorm';
import { deleteClient } from './delete-client.ts';

const batchSize = 100;

/** Never used for a week since it came or came back, or idle for a month, and nobody's authorization depends on it; age alone is no reason (AS-23). */
const idle = `
  c.origin = 'dynamic' AND c.deleted_at IS NULL
  AND (
    ((c.used_at IS NULL OR c.used_at < c.revived_at) AND coalesce(c.revived_at, c.created_at) < now() - interval '7 days')
    OR (c.used_at < now() - interval '30 days' AND (c.revived_at IS NULL OR c.revived_at < now() - interval '7 days'))
  )
  AND NOT EXISTS (SELECT 1 FROM authorizations a WHERE a.client_id = c.id AND a.revoked_at IS NULL AND a.expires_at > now())`;

/** Removes idle dynamic clients, and tombstones that are older than anybody's memory of the id. */
export async function reapClients(dataSource: DataSource, tombstoneSeconds: number): Promise<number> {
  const rows = await dataSource.query<{ id: string }[]>(`SELECT c.id FROM clients c WHERE ${idle} LIMIT ${batchSize}`);
  let reaped = 0;
  for (const { id } of rows) {
    await dataSource.transaction(async (manager) => {
      // Judged again under the lock: it may have been connected since it was found.
      const [still] = await manager.query<unknown[]>(`SELECT 1 FROM clients c WHERE c.id = $1 AND ${idle} FOR UPDATE`, [id]);
      if (still !== undefined && (await deleteClient(manager, id, tombstoneSeconds, { action: 'client.reaped' })) !== null) reaped += 1;
    });
  }
  await forget(dataSource);
  return reaped;
}

/** A registration token outlives its client only as long as the tombstone, for which it is a way back. */
async function forget(dataSource: DataSource): Promise<void> {
  const [gone] = await dataSource.query<[{ id: string }[], number]>(
    "DELETE FROM clients WHERE origin = 'dynamic' AND deleted_at < now() - interval '90 days' RETURNING id",
  );
  if (gone.length === 0) return;
  const ids = gone.map(({ id }) => id);
  await dataSource.query("DELETE FROM artifacts WHERE kind = 'RegistrationAccessToken' AND payload->>'clientId' = ANY ($1)", [ids]);
}
