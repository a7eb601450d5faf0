import type { GrantOrigin } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import type Provider from 'oidc-provider';
import { Authorizations } from '../grants/authorizations.ts';
import { Consents } from '../grants/consents.ts';
import { UnitOfWork } from '../provider/unit-of-work.ts';
import type { SignedInConsentView } from './gather-consent.ts';
import { scopesWithin } from './project-choice.ts';

export interface GivenConsent {
  /** One of the view's organizations that can give something; null without a resource. */
  org: string | null;
  /** The only projects of it in which the program may act; null for all. */
  projects: readonly string[] | null;
  origin: GrantOrigin;
  sessionUid: string | null;
}

/** Turns a user's yes into a grant of its own, never one shared by two installs of a client (AS-14). */
@Injectable()
export class GrantConsent {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly authorizations: Authorizations,
    private readonly consents: Consents,
  ) {}

  /** Grant, its meaning, the memory of the yes and the audit entry, all or nothing. @returns the engine's grant, saved */
  async run(provider: Provider, view: SignedInConsentView, { org, projects, origin, sessionUid }: GivenConsent): Promise<InstanceType<Provider['Grant']>> {
    const { userId, client, oidcScopes, signIn } = view;
    const grant = new provider.Grant({ accountId: userId, clientId: client.id });
    if (oidcScopes.length > 0) grant.addOIDCScope(oidcScopes.join(' '));
    const resource = view.resource?.url ?? null;
    const chosen = view.organizations.find((choice) => choice.slug === org);
    const allowed = resource === null || chosen === undefined ? [] : scopesWithin(chosen, projects);
    if (resource !== null) {
      const refused = view.requested.filter((scope) => !allowed.includes(scope));
      grant.addResourceScope(resource, allowed.join(' '));
      // What was asked for and is not given has to be on record as refused, or the engine asks again.
      if (refused.length > 0) grant.rejectResourceScope(resource, refused.join(' '));
    }
    const scopes = [...oidcScopes, ...allowed];
    const redirect = origin === 'device' ? null : client.redirectClass;
    await this.unitOfWork.transaction(async (manager) => {
      const grantId = await grant.save();
      await this.authorizations.create(manager, { grantId, userId, client, org, resource, projects, scopes, redirect, origin, sessionUid, signIn });
      if (origin !== 'consent') return;
      await this.consents.remember(manager, { userId, clientId: client.id, redirect: client.redirectClass, resource }, { clientName: client.name, org, projects, scopes });
    });
    return grant;
  }
}
