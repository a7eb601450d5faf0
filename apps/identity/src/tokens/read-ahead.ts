import { Inject, Injectable } from '@nestjs/common';
import type { ProjectRole, Scope } from '@latchkey/contracts';
import { resources } from '@latchkey/oauth';
import type { AdapterPayload } from 'oidc-provider';
import { accountById } from '../accounts/find-account.ts';
import { clientStanding, hostOf, type AdmissionRow } from '../clients/admissions.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { firstLook, joinedTo, standingColumns, type StandingRow } from '../grants/standing.ts';
import { roleInOrg, type RoleRow } from '../organizations/find-role.ts';
import { findById } from '../provider/adapter.ts';
import { idHash } from '../provider/id-hash.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { placeOfServer } from '../servers/find-server.ts';

/** What a refresh token leads to; null members where it leads nowhere. */
export interface Ahead extends Omit<StandingRow, 'userId'> {
  payload: AdapterPayload;
  grant: AdapterPayload | null;
  userId: string | null;
  clientId: string | null;
  email: string | null;
  userName: string | null;
  emailVerified: boolean | null;
  orgName: string | null;
  role: RoleRow['role'] | null;
  projects: Record<string, ProjectRole> | null;
  owner: string | null;
  scopes: Scope[] | null;
  resources: string[] | null;
  vouchedFor: boolean;
  slug: string | null;
  serverOrg: string | null;
  project: string | null;
  serverName: string | null;
}

/**
 * SQL that looks at everything a refresh will ask of the tables, in the one statement that uses its refresh token up.
 * @param held  a query for the row that is held, with its `payload`
 * @param at  number of the first of two parameters: `parameters`
 */
export const aheadOf = (held: string, at: number): string => `
  WITH held AS (${held})
  SELECT held.*,
    (SELECT g.payload FROM artifacts g
     WHERE g.kind = 'Grant' AND g.id_hash = sha256(convert_to(held.payload->>'grantId', 'UTF8')) AND (g.expires_at IS NULL OR g.expires_at > now())) AS grant,
    ${standingColumns}, a.client_id AS "clientId",
    u.email, u.name AS "userName", u.email_verified AS "emailVerified", o.name AS "orgName", m.role,
    (SELECT jsonb_object_agg(pm.project, pm.role) FROM project_members pm WHERE pm.user_id = m.user_id AND pm.org = m.org) AS projects,
    c.org AS owner, c.scopes, c.resources,
    EXISTS (
      SELECT 1 FROM trusted_clients t
      WHERE t.org = a.org AND ((t.kind = 'client' AND t.value = a.client_id) OR (t.kind = 'host' AND t.value = $${at}))
    ) AS "vouchedFor",
    sv.slug, sv.org AS "serverOrg", sv.project, sv.name AS "serverName"
  FROM held
  LEFT JOIN authorizations a ON a.grant_id = held.payload->>'grantId'
  ${joinedTo("coalesce(held.payload->>'sessionUid', a.session_uid)")}
  LEFT JOIN organization_policies p ON p.org = a.org
  LEFT JOIN servers sv ON sv.slug = substr(held.payload->>'resource', $${at + 1}) AND sv.deleted_at IS NULL`;

/** Tells the rest of a refresh what was read for it, so that it need not ask again. Its last look at the authorization asks again. */
@Injectable()
export class ReadAhead {
  private readonly servers: string;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.servers = resources(env.LATCHKEY_GATEWAY_URL).server('');
  }

  /** The values for `aheadOf`. */
  parameters(clientId: string): [host: string | null, slugFrom: number] {
    return [hostOf(clientId), this.servers.length + 1];
  }

  /** @param clientId  whose request it is: what was read of another client says nothing about it */
  note(clientId: string, row: Ahead): void {
    const { grantId, accountId, sessionUid } = row.payload;
    if (grantId === undefined || row.clientId !== clientId || row.userId === null || row.userId !== accountId) return;
    const { userId, org, keptTo, policy, dead, amr, signedInAt, issuerId, providers } = row;
    this.unitOfWork.foresee(firstLook, [grantId, sessionUid ?? null], [{ userId, org, keptTo, policy, dead, amr, signedInAt, issuerId, providers } satisfies StandingRow]);
    // What has ended is refused by that first look; the rest of the row says nothing then.
    if (dead !== null) return;
    if (row.grant !== null) this.unitOfWork.foresee(findById, ['Grant', idHash(grantId)], [{ payload: row.grant, consumed: null }]);
    this.unitOfWork.foresee(accountById, [userId], [{ id: userId, email: row.email, emailVerified: row.emailVerified, name: row.userName }]);
    if (row.slug !== null && row.payload.resource === this.servers + row.slug) {
      this.unitOfWork.foresee(placeOfServer, [row.slug], [{ slug: row.slug, org: row.serverOrg, project: row.project, name: row.serverName }]);
    }
    if (org === null || row.role === null) return;
    const { owner, scopes, resources, vouchedFor, role, projects } = row;
    this.unitOfWork.foresee(clientStanding, [org, clientId, hostOf(clientId)], [{ org, owner, scopes, resources, vouchedFor, policy: policy as AdmissionRow['policy'] } satisfies AdmissionRow]);
    this.unitOfWork.foresee(roleInOrg, [userId, org], [{ org, name: row.orgName ?? org, role, projects } satisfies RoleRow]);
  }
}
