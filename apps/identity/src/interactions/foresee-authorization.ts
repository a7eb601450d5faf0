import { Inject, Injectable } from '@nestjs/common';
import { canonicalResource, resources } from '@latchkey/oauth';
import { accountById, type AccountRow } from '../accounts/find-account.ts';
import { clientStanding, hostOf, type AdmissionRow } from '../clients/admissions.ts';
import { clientById } from '../clients/client-row.ts';
import { ownerOfDomain, type DomainOwner } from '../domains/find-domain.ts';
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
import { authorizationAhead, type AuthorizationAhead } from './authorization-ahead.ts';

export interface AskedAuthorization {
  /** The session that a browser names; null without one. Whether its cookie is signed is the engine's to judge. */
  sessionId: string | null;
  clientId: string;
  redirectUri: string;
  /** In any spelling. */
  resource: string;
}

/**
 * Asks what an authorization request without a page will ask, in one trip to the tables instead of one for each question. The request
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
    const slug = resource.startsWith(this.servers) ? resource.slice(this.servers.length) : null;
    const session = sessionId === null ? null : idHash(sessionId);
    const redirect = redirectClass(redirectUri);
    const host = hostOf(clientId);
    const [client, [ahead]] = await Promise.all([
      this.unitOfWork.look(clientById, [clientId]),
      this.unitOfWork.look<AuthorizationAhead>(authorizationAhead, [session, clientId, redirect, resource, slug, host]),
    ]);
    this.unitOfWork.foresee(clientById, [clientId], client);
    if (ahead === undefined) return;
    const { payload, consumed, place, account, roles, consent } = ahead;
    if (slug !== null) this.unitOfWork.foresee(placeOfServer, [slug], rowsOf(place));
    if (session !== null) this.unitOfWork.foresee(findById, ['Session', session], rowsOf(payload && ({ payload, consumed } satisfies ArtifactRow)));
    const { accountId: userId, amr = [] } = payload ?? {};
    if (userId === undefined) return;
    this.noteAccount(userId, account);
    const reach = reachOf({ amr, signedInAt: new Date() });
    const held = roles ?? [];
    this.unitOfWork.foresee(rolesOf, [userId], held.map(({ standing: _, ...role }) => role satisfies RoleRow));
    for (const { org, standing } of held) {
      if (reach === null || org === reach) this.unitOfWork.foresee(clientStanding, [org, clientId, host], [standing satisfies AdmissionRow]);
    }
    if (consent === null) return this.unitOfWork.foresee(consentOf, [userId, clientId, redirect, resource], []);
    const { demands, at, ...given } = consent;
    this.unitOfWork.foresee(consentOf, [userId, clientId, redirect, resource], [{ ...given, at: new Date(at) } satisfies RememberedConsent]);
    this.unitOfWork.foresee(demandsOf, [consent.org], [demands]);
  }

  private noteAccount(userId: string, found: AuthorizationAhead['account']): void {
    const { domain, owner, ...account } = found ?? { domain: null, owner: null };
    // By the engine, and by who gathers what it is about.
    for (let time = 0; time < 2; time += 1) this.unitOfWork.foresee(accountById, [userId], found === null ? [] : [account as AccountRow]);
    if (found?.emailVerified === true && domain !== null && domainOfEmail(found.email) === domain) {
      this.unitOfWork.foresee(ownerOfDomain, [domain], rowsOf<DomainOwner>(owner));
    }
  }
}

const rowsOf = <Row>(row: Row | null): Row[] => (row === null ? [] : [row]);
