import type { EntityManager } from 'typeorm';
import type { ConnectionEntity } from '../definitions/connection.entity.ts';

const columns = 'id, org, connection_id, name, issuer, client_id, sealed, sealed_client';

/** Which of them: of a connection, of one holder there, or of all end users of an issuer in an organization */
export type Wiped = { connectionId: string; holder?: string } | { org: string; holdersFrom: string };

/**
 * Has tokens be given back to whoever gave them (RFC 7009), in the transaction that wipes them and before it does. What is sealed moves as it
 * is: nothing is opened, and nobody is asked, so however many they are, the wiping waits for nobody.
 */
export async function queueRevocations(manager: EntityManager, wiped: Wiped): Promise<void> {
  const [where, values] = 'org' in wiped
    ? ['c.org = $1 AND starts_with(c.holder, $2)', [wiped.org, wiped.holdersFrom]]
    : ['c.connection_id = $1 AND ($2::text IS NULL OR c.holder = $2)', [wiped.connectionId, wiped.holder ?? null]];
  await manager.query(
    `INSERT INTO upstream_revocations (${columns})
     SELECT c.id, c.org, c.connection_id, n.name, n.oauth->>'issuer', n.oauth->>'clientId', c.sealed, n.sealed_client
     FROM connection_credentials c JOIN connections n ON n.id = c.connection_id
     WHERE ${where} AND n.kind = 'oauth' AND c.sealed IS NOT NULL AND n.oauth->>'issuer' IS NOT NULL AND n.oauth->>'clientId' IS NOT NULL`,
    values,
  );
}

/** The same of one that never became a credential. */
export async function queueRevocation(manager: EntityManager, { id: connectionId, org, name, oauth, sealedClient }: ConnectionEntity, { id, sealed }: { id: string; sealed: Buffer }): Promise<void> {
  if (oauth === null || oauth.issuer === null || oauth.clientId === null) return;
  await manager.query(`INSERT INTO upstream_revocations (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, [id, org, connectionId, name, oauth.issuer, oauth.clientId, sealed, sealedClient]);
}
