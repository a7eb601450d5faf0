import { stage } from '@latchkey/feed-writer';
import type { EntityManager } from 'typeorm';
import { clientReference, oauthAuthor } from '../audit/oauth-author.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { revokeAuthorization } from '../grants/revoke-authorization.ts';

/**
 * Removes a client with all that was allowed to it. The row stays as a tombstone: its id is never given to another, and its tokens
 * are dead at the gateways by one record.
 * @returns false where there is no such client, or was removed before
 */
export async function deleteClient(manager: EntityManager, id: string, tombstoneSeconds: number, action: 'client.deleted' | 'client.reaped' = 'client.deleted'): Promise<boolean> {
  const rows = await manager.query<{ at: string }[]>(
    `WITH gone AS (
       UPDATE clients SET deleted_at = clock_timestamp(), secret_hash = NULL WHERE id = $1 AND deleted_at IS NULL RETURNING deleted_at
     )
     SELECT floor(extract(epoch FROM deleted_at))::text AS at FROM gone`,
    [id],
  );
  if (rows[0] === undefined) return false;
  const alive = await manager.query<{ grantId: string }[]>(
    `SELECT grant_id AS "grantId" FROM authorizations WHERE client_id = $1 AND revoked_at IS NULL ORDER BY grant_id`,
    [id],
  );
  await stage(manager, { kind: 'client', id, disabled: true, epoch: Number(rows[0].at) });
  await recordAudit(manager, { org: null, ...oauthAuthor(), action, target: clientReference(id), details: { grants: alive.length } });
  for (const { grantId } of alive) await revokeAuthorization(manager, grantId, tombstoneSeconds);
  return true;
}
