import { stage } from '@latchkey/feed-writer';
import type { EntityManager } from 'typeorm';
import { cleaned, oauthAuthor } from '../audit/oauth-author.ts';
import { recordAudit } from '../audit/record-audit.ts';
import { idHash } from '../provider/id-hash.ts';

const batchSize = 500;

/**
 * Ends an authorization with everything that came of it: its grant, codes and refresh tokens, and through the feed its access tokens.
 * All of it and the outbox row are in the caller's transaction (AS-58). Absorbing: a second time changes nothing.
 * @param tombstoneSeconds  how long an access token of it could still be alive
 * @param by  who ends it; without it, the client that the engine is serving
 * @returns whether this call ended it
 */
export async function revokeAuthorization(manager: EntityManager, grantId: string, tombstoneSeconds: number, by = oauthAuthor()): Promise<boolean> {
  const rows = await manager.query<{ at: string; org: string | null; userId: string; clientId: string }[]>(
    `WITH ended AS (
       UPDATE authorizations SET revoked_at = clock_timestamp() WHERE grant_id = $1 AND revoked_at IS NULL RETURNING revoked_at, org, user_id, client_id
     )
     SELECT floor(extract(epoch FROM revoked_at))::text AS at, org, user_id AS "userId", client_id AS "clientId" FROM ended`,
    [grantId],
  );
  await manager.query("DELETE FROM artifacts WHERE kind = 'Grant' AND id_hash = $1", [idHash(grantId)]);
  await deleteArtifactsOfGrant(manager, grantId);
  if (rows[0] === undefined) return false;
  const { org, userId, clientId } = rows[0];
  const revokedAt = Number(rows[0].at);
  await stage(manager, { kind: 'grant', id: grantId, revokedAt, expiresAt: revokedAt + tombstoneSeconds });
  const details = { user: userId, client: cleaned(clientId) };
  await recordAudit(manager, { org, ...by, action: 'grant.revoked', target: { kind: 'grant', id: grantId }, details });
  return true;
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
