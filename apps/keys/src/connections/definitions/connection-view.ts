import type { Connection } from '@latchkey/contracts';
import type { ConnectionCredentialEntity } from '../credentials/connection-credential.entity.ts';
import type { ConnectionEntity } from './connection.entity.ts';

/** A connection as its project sees it, with the state of what is held; never what that is. */
export function connectionView(row: ConnectionEntity, held: ConnectionCredentialEntity | undefined, now: Date): Connection {
  const { id, org, project, server, name, kind, per, header, resource, oauth, redirectUris, createdBy } = row;
  const overlapUntil = held?.previousUntil ?? null;
  return {
    id,
    org,
    project,
    server,
    name,
    kind,
    per,
    header,
    origin: new URL(resource).origin,
    oauth: oauth === null ? null : { issuer: oauth.issuer, clientId: oauth.clientId, scopes: oauth.scopes },
    redirectUris,
    status: row.revokedAt !== null ? 'revoked' : (held?.status ?? 'pending'),
    wants: held?.wanted ?? [],
    expiresAt: held?.expiresAt?.toISOString() ?? null,
    overlapUntil: overlapUntil !== null && overlapUntil > now ? overlapUntil.toISOString() : null,
    createdBy,
    createdAt: row.createdAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}
