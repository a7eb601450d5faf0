import type { Scope } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { errors } from 'oidc-provider';
import type { AuditAuthor } from '../audit/record-audit.ts';
import { Admissions } from '../clients/admissions.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { tombstoneSeconds } from '../provider/lifetimes.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { revokeAuthorization } from './revoke-authorization.ts';
import { Standings } from './standing.ts';

interface Alive {
  grantId: string;
  clientId: string;
  resource: string | null;
  scopes: Scope[];
  /** Of a client with a row; a document is judged by its host. */
  redirectUris: string[] | null;
}

/**
 * Ends what an organization would not allow again, once it has tightened what it demands: judged by the rules that are asked before every
 * token, so that tokens which exist die at the gateways within the bound and not at the end of their lives.
 */
@Injectable()
export class EndUnwelcome {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly standings: Standings,
    private readonly admissions: Admissions,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {}

  /**
   * To be run in the transaction of `UnitOfWork` that tightens, and before the organization's own record is staged: records of one
   * transaction go by the order of their subjects.
   * @returns how many authorizations it ended
   */
  async run(org: string, by: AuditAuthor): Promise<number> {
    const alive = await this.unitOfWork.run((manager) =>
      manager.query<Alive[]>(
        `SELECT a.grant_id AS "grantId", a.client_id AS "clientId", a.resource, a.scopes, c.metadata->'redirect_uris' AS "redirectUris"
         FROM authorizations a LEFT JOIN clients c ON c.id = a.client_id
         WHERE a.org = $1 AND a.revoked_at IS NULL AND a.expires_at > now() ORDER BY a.grant_id`,
        [org],
      ),
    );
    let ended = 0;
    for (const grant of alive) {
      if (await this.isWelcome(org, grant)) continue;
      await this.unitOfWork.run((manager) => revokeAuthorization(manager, grant.grantId, tombstoneSeconds(this.env), by));
      ended += 1;
    }
    return ended;
  }

  private async isWelcome(org: string, { grantId, clientId, redirectUris, resource, scopes }: Alive): Promise<boolean> {
    const client = { id: clientId, redirectUris: redirectUris ?? [] };
    const admission = (await this.admissions.find(client, [org], resource)).get(org);
    if (admission === undefined || admission.refusal !== null || scopes.some((scope) => admission.withheld(scope) !== null)) return false;
    try {
      await this.standings.require(grantId);
      return true;
    } catch (error) {
      if (error instanceof errors.InvalidGrant) return false;
      throw error;
    }
  }
}
