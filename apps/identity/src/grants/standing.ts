import type { OrganizationPolicy } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { errors } from 'oidc-provider';
import { readPolicy } from '../policies/policy-of.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';

export interface Standing {
  userId: string;
  org: string | null;
  /** What the organization demands of the tokens that come of it. */
  policy: OrganizationPolicy;
}

interface Row extends Pick<Standing, 'userId' | 'org'> {
  policy: unknown;
  dead: string | null;
}

/** An epoch ends what was given at or before it; whole seconds, a tie is dead (GW-25). */
const endedBy = (epoch: string): string => `${epoch} IS NOT NULL AND floor(extract(epoch FROM a.created_at)) <= ${epoch}`;

/** Why the authorization `a` stands no more; null while it stands. */
export const causeOfEnd = `
    CASE
      WHEN a.revoked_at IS NOT NULL THEN 'authorization revoked'
      WHEN a.expires_at <= now() THEN 'authorization expired'
      WHEN u.id IS NULL OR u.disabled_at IS NOT NULL OR (${endedBy('u.epoch')}) THEN 'user signed out or disabled'
      WHEN c.deleted_at IS NOT NULL THEN 'client removed'
      WHEN s.uid IS NOT NULL THEN 'session ended'
      WHEN a.org IS NULL THEN NULL
      WHEN o.slug IS NULL OR o.disabled_at IS NOT NULL OR (${endedBy('o.epoch')}) THEN 'organization disabled'
      WHEN m.user_id IS NULL OR m.removed_at IS NOT NULL OR (${endedBy('m.epoch')}) THEN 'membership ended'
    END`;

/** What the cause is read from. @param session  SQL of the session's id */
export const joinedTo = (session: string): string => `
  LEFT JOIN users u ON u.id = a.user_id
  LEFT JOIN organizations o ON o.slug = a.org
  LEFT JOIN members m ON m.user_id = a.user_id AND m.org = a.org
  LEFT JOIN clients c ON c.id = a.client_id
  LEFT JOIN ended_sessions s ON s.uid = ${session}`;

const query = `
  SELECT a.user_id AS "userId", a.org, p.policy, ${causeOfEnd} AS dead
  FROM authorizations a ${joinedTo('coalesce($2, a.session_uid)')}
  LEFT JOIN organization_policies p ON p.org = a.org
  WHERE a.grant_id = $1`;

/** Whether what a user once allowed still stands, asked of the tables themselves: before every token, and at introspection. */
@Injectable()
export class Standings {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** @returns null where it stands no more, or never did */
  async find(grantId: string, sessionUid?: string): Promise<Standing | null> {
    const rows = await this.unitOfWork.run((manager) => manager.query<Row[]>(query, [grantId, sessionUid ?? null]));
    const row = rows[0];
    return row === undefined || row.dead !== null ? null : { userId: row.userId, org: row.org, policy: readPolicy(row.policy) };
  }

  /** @throws InvalidGrant (RFC 6749 section 5.2) where it stands no more */
  async require(grantId: string | undefined, sessionUid?: string): Promise<Standing> {
    const standing = grantId === undefined ? null : await this.find(grantId, sessionUid);
    if (standing === null) throw new errors.InvalidGrant('the authorization has ended');
    return standing;
  }
}
