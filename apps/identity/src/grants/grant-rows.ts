import type { IssuedGrant } from '@latchkey/contracts';
import type { DataSource } from 'typeorm';
import { fromPosition } from '../organizations/page.ts';
import { cutPage, readPosition } from './position.ts';
import { causeOfEnd, joinedTo } from './standing.ts';

/** Which grants; what is left out does not matter. */
export interface GrantFilter {
  id?: string | undefined;
  org?: string | undefined;
  user?: string | undefined;
  client?: string | undefined;
  status?: IssuedGrant['status'] | undefined;
}

interface Row extends Omit<IssuedGrant, 'client'> {
  clientId: string;
  clientName: string | null;
  redirect: string | null;
  kind: IssuedGrant['client']['kind'];
  position: string;
}

const iso = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const rows = `
  SELECT * FROM (
    SELECT a.grant_id AS id, a.user_id AS "user", coalesce(u.email, '') AS email, a.client_id AS "clientId",
      coalesce(a.client_name, c.metadata->>'client_name') AS "clientName", a.redirect, a.org, a.resource, a.projects, a.scopes, a.origin,
      CASE WHEN a.client_id LIKE 'https://%' THEN 'document' ELSE coalesce(c.origin, 'registered') END AS kind,
      CASE WHEN a.revoked_at IS NULL AND a.expires_at <= now() THEN 'expired' WHEN ${causeOfEnd} IS NULL THEN 'active' ELSE 'revoked' END AS status,
      ${iso('a.created_at')} AS "createdAt", ${iso('a.used_at')} AS "lastUsedAt", a.address, ${iso('a.expires_at')} AS "expiresAt",
      ${iso('a.revoked_at')} AS "revokedAt", a.created_at AS made, a.created_at::text AS position
    FROM authorizations a ${joinedTo('a.session_uid')}
    WHERE ($1::text IS NULL OR a.grant_id = $1) AND ($2::text IS NULL OR a.org = $2) AND ($3::uuid IS NULL OR a.user_id = $3)
      AND ($4::text IS NULL OR a.client_id = $4) AND ($6::timestamptz IS NULL OR (a.created_at, a.grant_id) < ($6::timestamptz, $7::text))
  ) found
  WHERE $5::text IS NULL OR status = $5
  ORDER BY made DESC, id DESC
  LIMIT $8`;

/** Grants as they stand, newest first. @throws Problem `invalid_request` for a cursor that is none of ours */
export async function grantRows(
  dataSource: DataSource,
  { id, org, user, client, status }: GrantFilter,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ items: IssuedGrant[]; nextCursor: string | null }> {
  const filter = [id, org, user, client, status].map((value) => value ?? null);
  const found = await fromPosition(dataSource.query<Row[]>(rows, [...filter, ...readPosition(cursor), limit + 1]));
  const { page, nextCursor } = cutPage(found, limit);
  return { items: page.map(present), nextCursor };
}

function present({ id, user, email, clientId, clientName, kind, redirect, org, resource, projects, scopes, origin, status, createdAt, lastUsedAt, address, expiresAt, revokedAt }: Row): IssuedGrant {
  const client = { id: clientId, name: clientName, kind, redirect };
  return { id, user, email, client, org, resource, projects, scopes, origin, status, createdAt, lastUsedAt, address, expiresAt, revokedAt };
}
