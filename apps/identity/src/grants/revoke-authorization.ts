import { consistencyOf, stage } from '@latchkey/feed-writer';
import type { EntityManager } from 'typeorm';
import { cleaned, oauthAuthor } from '../audit/oauth-author.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { idHash } from '../provider/id-hash.ts';

const batchSize = 500;

export interface Revocation {
  /** Whole seconds since 1970. */
  revokedAt: number;
  consistency: string;
}

interface Row {
  at: string;
  org: string | null;
  clientId: string;
  userId: string;
}

/**
 * Ends an authorization with everything that came of it: its grant, codes and refresh tokens, and through the feed its access tokens.
 * All of it, the outbox row and the audit entry are in the caller's transaction (AS-58). Absorbing: a second time changes nothing.
 * @param tombstoneSeconds  how long an access token of it could still be alive
 * @param by  who ends it; without it, the client that the engine is serving
 * @returns null where it had ended before, or never was
 */
export async function revokeAuthorization(manager: EntityManager, grantId: string, tombstoneSeconds: number, by = oauthAuthor()): Promise<Revocation | null> {
  const rows = await manager.query<Row[]>(
    `WITH ended AS (
       UPDATE authorizations SET revoked_at = clock_timestamp() WHERE grant_id = $1 AND revoked_at IS NULL RETURNING revoked_at, org, client_id, user_id
     )
     SELECT floor(extract(epoch FROM revoked_at))::text AS at, org, client_id AS "clientId", user_id AS "userId" FROM ended`,
    [grantId],
  );
  await manager.query("DELETE FROM artifacts WHERE kind = 'Grant' AND id_hash = $1", [idHash(grantId)]);
  await deleteArtifactsOfGrant(manager, grantId);
  const row = rows[0];
  if (row === undefined) return null;
  const revokedAt = Number(row.at);
  const record = { kind: 'grant', id: grantId, revokedAt, expiresAt: revokedAt + tombstoneSeconds } as const;
  const consistency = consistencyOf(record, await stage(manager, record));
  const details = { user: row.userId, client: cleaned(row.clientId) };
  await recordAudit(manager, { org: row.org, ...by, action: 'grant.revoked', target: { kind: 'grant', id: grantId }, details });
  return { revokedAt, consistency };
}

/** In batches: a grant that lived for a year has thousands of used refresh tokens (AS-56). */
export async function deleteArtifactsOfGrant(manager: EntityManager, grantId: string, kind?: string): Promise<void> {
  for (;;) {
    const rows = await manager.query<unknown[]>(
      `WITH gone AS (
         DELETE FROM artifacts WHERE ctid IN (
           SELECT ctid FROM artifacts WHERE grant_id = $1 AND ($2::text IS NULL OR kind = $2) LIMIT ${batchSize}
         ) RETURNING 1
       )
       SELECT 1 FROM gone`,
      [grantId, kind ?? null],
    );
    if (rows.length < batchSize) return;
  }
}
