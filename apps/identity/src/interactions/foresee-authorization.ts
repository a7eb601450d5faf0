import { Inject, Injectable } from '@nestjs/common';
import { canonicalResource, resources } from '@latchkey/oauth';
import type { Statement } from '@latchkey/postgres';
import { accountById, type AccountRow } from '../accounts/find-account.ts';
import { clientStanding, hostOf } from '../clients/admissions.ts';
import { clientById } from '../clients/client-row.ts';
import { ownerOfDomain } from '../domains/find-domain.ts';
import { domainOfEmail } from '../domains/domain-name.ts';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { consentOf, type RememberedConsent } from '../grants/consents.ts';
import { redirectClass } from '../grants/redirect-class.ts';
import { rolesOf, type RoleRow } from '../organizations/find-role.ts';
import { findById, type ArtifactRow } from '../provider/adapter.ts';
import { idHash } from '../provider/id-hash.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import { placeOfServer } from '../servers/find-server.ts';
import { demandsOf } from '../sign-ins/find-demand.ts';
import { reachOf } from '../sign-ins/sign-in-facts.ts';

export interface AskedAuthorization {
  /** The session that a browser names; null without one. Whether its cookie is signed is the engine's to judge. */
  sessionId: string | null;
  clientId: string;
  redirectUri: string;
  /** In any spelling. */
  resource: string;
}

/**
 * Asks what an authorization request without a page will ask, in three trips to the tables instead of one for each question. The request
 * asks for itself all that turns out otherwise; what is noted here nobody else gets to know.
 */
@Injectable()
export class ForeseeAuthorization {
  private readonly servers: string;

  constructor(
    private readonly unitOfWork: UnitOfWork,
    @Inject(IDENTITY_ENV) env: IdentityEnv,
  ) {
    this.servers = resources(env.LATCHKEY_GATEWAY_URL).server('');
  }

  /** Never rejects: what goes wrong here (a text that no column can hold, a lost connection) goes wrong where it is asked for, and is answered there. */
  async run(asked: AskedAuthorization): Promise<void> {
    await this.foresee(asked).catch(() => undefined);
  }

  private async foresee({ sessionId, clientId, redirectUri, resource: text }: AskedAuthorization): Promise<void> {
    const resource = canonicalResource(text) ?? '';
    const [session] = await Promise.all([
      sessionId === null ? [] : this.ask<ArtifactRow>(findById, ['Session', idHash(sessionId)]),
      this.ask(clientById, [clientId]),
      resource.startsWith(this.servers) ? this.ask(placeOfServer, [resource.slice(this.servers.length)]) : [],
    ]);
    const { accountId: userId, amr = [] } = session[0]?.payload ?? {};
    if (userId === undefined) return;
    const [account, roles, consent] = await Promise.all([
      // By the engine, and by who gathers what it is about.
      this.ask<AccountRow>(accountById, [userId], 2),
      this.ask<RoleRow>(rolesOf, [userId]),
      this.ask<RememberedConsent>(consentOf, [userId, clientId, redirectClass(redirectUri), resource]),
    ]);
    const domain = account[0]?.emailVerified === true ? domainOfEmail(account[0].email) : null;
    const reach = reachOf({ amr, signedInAt: new Date() });
    const orgs = roles.map(({ org }) => org).filter((org) => reach === null || org === reach);
    await Promise.all([
      domain === null ? [] : this.ask(ownerOfDomain, [domain]),
      ...orgs.map((org) => this.ask(clientStanding, [org, clientId, hostOf(clientId)])),
      consent[0] === undefined ? [] : this.ask(demandsOf, [consent[0].org]),
    ]);
  }

  private async ask<Row>(statement: Statement, values: unknown[], times = 1): Promise<Row[]> {
    const rows = await this.unitOfWork.look<Row>(statement, values);
    for (let time = 0; time < times; time += 1) this.unitOfWork.foresee(statement, values, rows);
    return rows;
  }
}
