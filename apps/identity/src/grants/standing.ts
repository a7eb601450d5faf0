import type { OrganizationPolicy } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { WallClock } from '@latchkey/clock';
import { RequestNote } from '@latchkey/service';
import { errors } from 'oidc-provider';
import { FindProvider } from '../federation/find-provider.ts';
import { readPolicy } from '../policies/policy-of.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { unmetDemand } from '../sign-ins/demands.ts';

export interface Standing {
  userId: string;
  org: string | null;
  /** The only projects in which it may act; null for all of the organization. */
  keptTo: string[] | null;
  /** What the organization demands of the tokens that come of it. */
  policy: OrganizationPolicy;
}

export interface StandingRow extends Pick<Standing, 'userId' | 'org' | 'keptTo'> {
  policy: unknown;
  dead: string | null;
  amr: string[];
  signedInAt: Date;
  /** The organization's own providers. */
  providers: string[] | null;
  /** The trusted issuer whose assertion it came of; distrusted, it ends with it. */
  issuerId: string | null;
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

/** What a standing is, of the authorization `a` and the policy `p` of its organization. */
export const standingColumns = `a.user_id AS "userId", a.org, a.projects AS "keptTo", p.policy, ${causeOfEnd} AS dead, a.amr, a.signed_in_at AS "signedInAt", a.issuer_id::text AS "issuerId",
    (SELECT array_agg(i.id::text) FROM identity_providers i WHERE i.org = a.org AND i.enabled) AS providers`;

const text = `
  SELECT ${standingColumns}
  FROM authorizations a ${joinedTo('coalesce($2, a.session_uid)')}
  LEFT JOIN organization_policies p ON p.org = a.org
  WHERE a.grant_id = $1`;

const look = { name: 'standing', text };
/** One that a last look follows; apart from it, so that nobody foresees the last one. */
export const firstLook = { name: 'standing-at-first', text };

/** Whether what a user once allowed still stands, asked of the tables themselves: before every token, and at introspection. */
@Injectable()
export class Standings {
  private readonly looked = new RequestNote<object, { grantId: string | undefined; sessionUid: string | undefined; standing: Promise<Standing> }>();

  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly findProvider: FindProvider,
    private readonly clock: WallClock,
  ) {}

  /** @returns null where it stands no more, or never did */
  async find(grantId: string, sessionUid?: string): Promise<Standing | null> {
    const row = await this.row(grantId, sessionUid);
    return row === null ? null : standingOf(row);
  }

  /**
   * Before anything new comes of it. What the organization demands by now is held against how its user signed in then: who allowed it
   * after too little, or too long ago, signs in again.
   * @throws InvalidGrant (RFC 6749 section 5.2) where it stands no more
   */
  async require(grantId: string | undefined, sessionUid?: string): Promise<Standing> {
    return this.hold(grantId === undefined ? null : await this.row(grantId, sessionUid));
  }

  private hold(row: StandingRow | null): Standing {
    if (row === null) throw new errors.InvalidGrant('the authorization has ended');
    const standing = standingOf(row);
    const trusts = this.findProvider.trust(row.providers ?? []);
    const demands = { ...standing, trusts: (provider: string) => provider === row.issuerId || trusts(provider), nowMs: this.clock.nowMs() };
    if (unmetDemand(row, demands) !== null) throw new errors.InvalidGrant('the organization asks its members to sign in again, or in another way');
    return standing;
  }

  /**
   * The same for what only narrows a token that is still to be judged: one look a request. The last look, before the token exists, is always
   * a new one (TokenClaims).
   */
  requireOnce(request: object, grantId: string | undefined, sessionUid?: string): Promise<Standing> {
    const known = this.looked.get(request);
    if (known !== undefined && known.grantId === grantId && known.sessionUid === sessionUid) return known.standing;
    const standing = (grantId === undefined ? Promise.resolve(null) : this.row(grantId, sessionUid, firstLook)).then((row) => this.hold(row));
    this.looked.set(request, { grantId, sessionUid, standing });
    return standing;
  }

  private async row(grantId: string, sessionUid: string | undefined, statement = look): Promise<StandingRow | null> {
    const rows = await this.unitOfWork.look<StandingRow>(statement, [grantId, sessionUid ?? null]);
    return rows[0] === undefined || rows[0].dead !== null ? null : rows[0];
  }
}

const standingOf = ({ userId, org, keptTo, policy }: StandingRow): Standing => ({ userId, org, keptTo, policy: readPolicy(policy) });
