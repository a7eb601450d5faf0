import { Injectable } from '@nestjs/common';
import { Authorizations } from '../grants/authorizations.ts';
import { OidcEngine } from '../provider/oidc-engine.ts';
import type { SignedInConsentView } from './find-consent-view.ts';

/** Turns a user's yes into a grant of its own, never one shared by two installs of a client (AS-14). */
@Injectable()
export class GrantConsent {
  constructor(
    private readonly engine: OidcEngine,
    private readonly authorizations: Authorizations,
  ) {}

  /**
   * @param org  one of the view's organizations that can give something; null without a resource
   * @returns id of the grant
   */
  async run(view: SignedInConsentView, org: string | null): Promise<string> {
    const { Grant } = this.engine.provider;
    const grant = new Grant({ accountId: view.userId, clientId: view.client.id });
    if (view.oidcScopes.length > 0) grant.addOIDCScope(view.oidcScopes.join(' '));
    const resource = view.resource?.url;
    if (resource !== undefined) {
      const allowed = view.organizations.find((choice) => choice.slug === org)?.scopes ?? [];
      const refused = view.requested.filter((scope) => !allowed.includes(scope));
      grant.addResourceScope(resource, allowed.join(' '));
      // What was asked for and is not given has to be on record as refused, or the engine asks again.
      if (refused.length > 0) grant.rejectResourceScope(resource, refused.join(' '));
    }
    const grantId = await grant.save();
    await this.authorizations.create({ grantId, userId: view.userId, clientId: view.client.id, org, resource: resource ?? null, signIn: view.signIn });
    return grantId;
  }
}
