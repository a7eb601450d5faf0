import type { IssuedGrant } from '@latchkey/contracts';
import { Problem } from '@latchkey/problem';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { fromPosition } from '../organizations/page.ts';
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
  /** With microseconds, as rows of one millisecond must not be lost between pages. */
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

const cursorSchema = z.tuple([z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d(?::\d\d)?$/), z.string().regex(/^[A-Za-z0-9_-]{1,128}$/)]);

function readCursor(cursor: string | undefined): [string | null, string | null] {
  if (cursor === undefined) return [null, null];
  try {
    return cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (error) {
    throw new Problem('invalid_request', { detail: 'cursor: it is none of ours', cause: error });
  }
}

/** Grants as they stand, newest first. @throws Problem `invalid_request` for a cursor that is none of ours */
export async function grantRows(
  dataSource: DataSource,
  { id, org, user, client, status }: GrantFilter,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ items: IssuedGrant[]; nextCursor: string | null }> {
  const filter = [id, org, user, client, status].map((value) => value ?? null);
  const found = await fromPosition(dataSource.query<Row[]>(rows, [...filter, ...readCursor(cursor), limit + 1]));
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const nextCursor = last === undefined || found.length <= limit ? null : Buffer.from(JSON.stringify([last.position, last.id])).toString('base64url');
  return { items: page.map(present), nextCursor };
}

function present({ id, user, email, clientId, clientName, kind, redirect, org, resource, projects, scopes, origin, status, createdAt, lastUsedAt, address, expiresAt, revokedAt }: Row): IssuedGrant {
  const client = { id: clientId, name: clientName, kind, redirect };
  return { id, user, email, client, org, resource, projects, scopes, origin, status, createdAt, lastUsedAt, address, expiresAt, revokedAt };
}
