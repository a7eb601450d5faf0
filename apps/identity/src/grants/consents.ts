import { randomUUID } from 'node:crypto';
import type { PageQuery } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { clientReference } from '../audit/oauth-author.ts';
import { recordAudit, type AuditAuthor } from '../audit/record-audit.ts';
import { fromPosition } from '../organizations/page.ts';
import { foreignText } from '../pages/foreign-text.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { cutPage, readPosition } from './position.ts';
import { causeOfEnd, joinedTo } from './standing.ts';

/** How long a yes does for next time, counted from the last one that a person pressed. */
export const consentDays = 90;

/** What a consent is remembered by: another place to answer to, or another resource, is another question. */
export interface ConsentKey {
  userId: string;
  clientId: string;
  redirect: string;
  resource: string | null;
}

export interface GivenScopes {
  clientName: string;
  org: string | null;
  projects: readonly string[] | null;
  scopes: readonly string[];
}

export interface RememberedConsent {
  org: string | null;
  projects: string[] | null;
  scopes: string[];
  at: Date;
}

export interface ListedConsent extends RememberedConsent, Omit<ConsentKey, 'userId' | 'resource'> {
  id: string;
  clientName: string;
  /** Empty without one. */
  resource: string;
  until: Date;
}

/** The same ends as those of an authorization: epochs, a removed client, a membership that is over. */
const living = (columns: string): string => `
  SELECT ${columns}
  FROM (SELECT *, NULL::timestamptz AS revoked_at, NULL::text AS session_uid FROM consents) a ${joinedTo('a.session_uid')}
  WHERE a.user_id = $1 AND ${causeOfEnd} IS NULL`;

export const consentOf = { name: 'consent', text: `${living('a.org, a.projects, a.scopes, a.created_at AS at')} AND a.client_id = $2 AND a.redirect = $3 AND a.resource = $4` };

const list = `
  ${living('a.id, a.client_id AS "clientId", a.client_name AS "clientName", a.redirect, a.resource, a.org, a.projects, a.scopes, a.created_at AS at, a.expires_at AS until, a.created_at::text AS position')}
    AND ($2::text IS NULL OR a.org = $2) AND ($3::timestamptz IS NULL OR (a.created_at, a.id) < ($3::timestamptz, $4::uuid))
  ORDER BY a.created_at DESC, a.id DESC LIMIT $5`;

/** As many as a person could look through. */
const onOnePage = 200;

/** What people said yes to, remembered so that they need not say it again. */
@Injectable()
export class Consents {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  async find({ userId, clientId, redirect, resource }: ConsentKey): Promise<RememberedConsent | null> {
    const rows = await this.unitOfWork.look<RememberedConsent>(consentOf, [userId, clientId, redirect, resource ?? '']);
    return rows[0] ?? null;
  }

  /** A second yes in the same organization and projects adds to the first; anywhere else it takes its place. */
  async remember(manager: EntityManager, { userId, clientId, redirect, resource }: ConsentKey, given: GivenScopes): Promise<void> {
    await manager.query(
      `INSERT INTO consents (id, user_id, client_id, client_name, redirect, resource, org, scopes, created_at, expires_at, projects)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp(), clock_timestamp() + make_interval(days => $9), $10)
       ON CONFLICT (user_id, client_id, redirect, resource) DO UPDATE SET
         scopes = CASE WHEN consents.org IS NOT DISTINCT FROM excluded.org AND consents.projects IS NOT DISTINCT FROM excluded.projects AND consents.expires_at > now()
           THEN ARRAY(SELECT DISTINCT unnest(consents.scopes || excluded.scopes)) ELSE excluded.scopes END,
         org = excluded.org, projects = excluded.projects, client_name = excluded.client_name, created_at = excluded.created_at, expires_at = excluded.expires_at`,
      [randomUUID(), userId, clientId, foreignText(given.clientName, 100), redirect, resource ?? '', given.org, given.scopes, consentDays, given.projects],
    );
  }

  /** All of the user's, newest first. */
  list(userId: string): Promise<ListedConsent[]> {
    return this.unitOfWork.run((manager) => manager.query<ListedConsent[]>(list, [userId, null, null, null, onOnePage]));
  }

  /** Those in one organization, page by page. @throws Problem `invalid_request` for a cursor that is none of ours */
  async page(userId: string, org: string, { limit, cursor }: PageQuery): Promise<{ page: ListedConsent[]; nextCursor: string | null }> {
    const position = readPosition(cursor);
    const found = await fromPosition(this.unitOfWork.run((manager) => manager.query<(ListedConsent & { position: string })[]>(list, [userId, org, ...position, limit + 1])));
    return cutPage(found, limit);
  }

  /** @returns whether there was one, of this user and there */
  async forgetOne(manager: EntityManager, { id, userId, org }: { id: string; userId: string; org?: string | undefined }, by: AuditAuthor): Promise<boolean> {
    const [rows] = await manager.query<[{ client: string; org: string | null }[], number]>(
      'DELETE FROM consents WHERE id = $1 AND user_id = $2 AND ($3::text IS NULL OR org = $3) RETURNING client_id AS client, org',
      [id, userId, org ?? null],
    );
    const row = rows[0];
    if (row === undefined) return false;
    await recordAudit(manager, { org: row.org, ...by, action: 'consent.forgotten', target: clientReference(row.client) });
    return true;
  }

  /** Whoever disconnects a program wants to be asked when it comes back. @param only  each that is left out means all; `org` null is a sign-in only */
  async forget(manager: EntityManager, only: { userId?: string | undefined; clientId?: string | undefined; org?: string | null | undefined }): Promise<void> {
    const { userId = null, clientId = null, org } = only;
    await manager.query(
      `DELETE FROM consents WHERE ($1::uuid IS NULL OR user_id = $1) AND ($2::text IS NULL OR client_id = $2) AND ($3 OR org IS NOT DISTINCT FROM $4)`,
      [userId, clientId, org === undefined, org ?? null],
    );
  }
}
