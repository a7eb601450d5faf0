import type { Scope } from '@latchkey/contracts';
import { Injectable } from '@nestjs/common';
import { roleScopes } from '@latchkey/access';
import { errors } from 'oidc-provider';
import { Admissions } from '../clients/admissions.ts';
import { ClientBounds } from '../clients/client-bounds.ts';
import { FindRole } from '../organizations/find-role.ts';
import type { Standing } from '../grants/standing.ts';
import type { Resource } from '../provider/resources.ts';

interface Asking {
  clientId: string;
  redirectUris?: readonly string[] | undefined;
}

/** What a token for a resource may carry at most, by client, organization, role and resource. */
@Injectable()
export class TokenScopes {
  constructor(
    private readonly roles: FindRole,
    private readonly bounds: ClientBounds,
    private readonly admissions: Admissions,
  ) {}

  /**
   * What may be asked for before there is an authorization: consent and the role decide later, but a client is bound from the start (I4).
   * @throws InvalidTarget for a resource that the client is not registered for
   */
  async offered({ scopes, resource }: Resource, { clientId }: Asking): Promise<Scope[]> {
    const bounds = await this.bounds.of(clientId);
    if (bounds.resources?.includes(resource) === false) throw new errors.InvalidTarget('the client is not registered for this resource');
    return scopes.filter((scope) => bounds.scopes?.includes(scope) !== false);
  }

  /**
   * What the resource knows ∩ what the role in the chosen organization allows there (AS-43) ∩ what that organization lets the client have.
   * @throws InvalidGrant where the organization does not let the client in, or not any more
   */
  async find({ userId, org }: Pick<Standing, 'userId' | 'org'>, { scopes, server, resource }: Resource, { clientId, redirectUris = [] }: Asking): Promise<Scope[]> {
    // A server of one organization is out of reach for a token of another one, whatever the user may be there.
    if (org === null || (server !== null && server.org !== org)) return [];
    const admission = await this.admissions.inOrg({ id: clientId, redirectUris }, org, resource);
    if (admission.refusal !== null) throw new errors.InvalidGrant('the organization does not let this client in');
    const allowed = roleScopes(await this.roles.inOrg(userId, org), server?.project);
    return scopes.filter((scope) => allowed.has(scope) && admission.withheld(scope) === null);
  }
}
