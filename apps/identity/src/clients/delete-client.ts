import { consistencyOf, stage } from '@latchkey/feed-writer';
import type { EntityManager } from 'typeorm';
import { clientReference, oauthAuthor } from '../audit/oauth-author.ts';
import { recordAudit, type AuditEntry } from '../audit/record-audit.ts';
import { revokeAuthorization } from '../grants/revoke-authorization.ts';

export interface DeletedClient {
  deletedAt: string;
  consistency: string;
}

/** Whose act it is. A client that is reaped nobody wanted gone: it may come back as itself, and so its secret is not forgotten (AS-24). */
type Removal = Pick<AuditEntry, 'org' | 'actor' | 'credential' | 'target'> & { action: 'client.deleted' | 'client.reaped' };

/**
 * Removes a client with all that was allowed to it. The row stays as a tombstone: its id is never given to another, and its tokens
 * are dead at the gateways by one record.
 * @param removal  without it, the act of the client that the engine is serving
 * @returns null where there is no such client, or was removed before
 */
export async function deleteClient(manager: EntityManager, id: string, tombstoneSeconds: number, removal: Partial<Removal> = {}): Promise<DeletedClient | null> {
  const { actor, credential } = removal.actor === undefined ? oauthAuthor() : { actor: removal.actor, credential: removal.credential };
  const action = removal.action ?? 'client.deleted';
  const rows = await manager.query<{ at: string; epoch: string }[]>(
    `WITH gone AS (
       UPDATE clients
       SET deleted_at = clock_timestamp(), revivable = $2, secret_hash = CASE WHEN $2 THEN secret_hash END,
         previous_secret_hash = NULL, previous_secret_until = NULL
       WHERE id = $1 AND deleted_at IS NULL RETURNING deleted_at
     )
     SELECT to_json(deleted_at AT TIME ZONE 'UTC') #>> '{}' AS at, floor(extract(epoch FROM deleted_at))::text AS epoch FROM gone`,
    [id, action === 'client.reaped'],
  );
  const gone = rows[0];
  if (gone === undefined) return null;
  const alive = await manager.query<{ grantId: string }[]>(
    `SELECT grant_id AS "grantId" FROM authorizations WHERE client_id = $1 AND revoked_at IS NULL ORDER BY grant_id`,
    [id],
  );
  const record = { kind: 'client', id, disabled: true, epoch: Number(gone.epoch) } as const;
  const consistency = consistencyOf(record, await stage(manager, record));
  const { org = null, target = clientReference(id) } = removal;
  await recordAudit(manager, { org, actor, credential, action, target, details: { grants: alive.length } });
  for (const { grantId } of alive) await revokeAuthorization(manager, grantId, tombstoneSeconds, { actor, credential: credential ?? null });
  return { deletedAt: new Date(`${gone.at}Z`).toISOString(), consistency };
}
