import type { DataSource } from 'typeorm';
import { deleteClient } from './delete-client.ts';

const batchSize = 100;

/** Never used for a week, or idle for a month, and nobody's authorization depends on it; age alone is no reason (AS-23). */
const idle = `
  SELECT c.id FROM clients c
  WHERE c.origin = 'dynamic' AND c.deleted_at IS NULL
    AND ((c.used_at IS NULL AND c.created_at < now() - interval '7 days') OR c.used_at < now() - interval '30 days')
    AND NOT EXISTS (SELECT 1 FROM authorizations a WHERE a.client_id = c.id AND a.revoked_at IS NULL AND a.expires_at > now())
  LIMIT ${batchSize}`;

/** Removes idle dynamic clients, and tombstones that are older than anybody's memory of the id. */
export async function reapClients(dataSource: DataSource, tombstoneSeconds: number): Promise<number> {
  const rows = await dataSource.query<{ id: string }[]>(idle);
  for (const { id } of rows) await dataSource.transaction((manager) => deleteClient(manager, id, tombstoneSeconds, { action: 'client.reaped' }));
  await dataSource.query("DELETE FROM clients WHERE origin = 'dynamic' AND deleted_at < now() - interval '90 days'");
  return rows.length;
}
