import { sensitiveScopes, type OrganizationPolicy, type Scope } from '@latchkey/contracts';
import { isListed, webHost } from './domain-list.ts';
import { isFirstParty } from './first-party.ts';

/** A client by what it says of itself. */
export interface JudgedClient {
  id: string;
  redirectUris: readonly string[];
}

/** What is known of a client where it is to act. */
export interface ClientStanding {
  /** Whose client it is; null for one that belongs to nobody. */
  owner: string | null;
  /** The most it may be given; null is no bound. */
  scopes: readonly Scope[] | null;
  resources: readonly string[] | null;
  /** On the organization's list, by its id or by its host. */
  vouchedFor: boolean;
  policy: Pick<OrganizationPolicy, 'clients' | 'trustedClientDomains' | 'blockedClientDomains' | 'sensitiveScopesTrustedOnly'>;
}

/** Why a client may do nothing at all in an organization. */
export type ClientRefusal = 'blocked' | 'foreign' | 'not_registered' | 'not_trusted' | 'other_resource';

export interface Admission {
  refusal: ClientRefusal | null;
  /** Whether the organization vouches for it: its name counts as verified there (AS-90). */
  trusted: boolean;
  /** Scopes that it is not given there, and why. */
  withheld(scope: Scope): 'bound' | 'trusted_only' | null;
}

/**
 * Whether a client may act in an organization, for a resource. A block counts more than any trust.
 * @param resource  canonical; null where it is not known yet
 */
export function admit({ id, redirectUris }: JudgedClient, standing: ClientStanding, org: string, resource: string | null): Admission {
  const { owner, policy, resources } = standing;
  const published = webHost(id);
  const places = [...(published === null ? [] : [published]), ...redirectUris.flatMap((uri) => webHost(uri) ?? [])];
  const ours = isFirstParty(id);
  const trusted = ours || standing.vouchedFor || isOfDomains({ id, redirectUris }, policy.trustedClientDomains);
  const refusal = (): ClientRefusal | null => {
    if (places.some((host) => isListed(host, policy.blockedClientDomains))) return 'blocked';
    if (owner !== null && owner !== org) return 'foreign';
    if (policy.clients === 'registered' && owner === null && !ours) return 'not_registered';
    if (policy.clients === 'trusted' && !trusted) return 'not_trusted';
    return resource !== null && resources !== null && !resources.includes(resource) ? 'other_resource' : null;
  };
  return {
    refusal: refusal(),
    trusted,
    withheld: (scope) => {
      if (standing.scopes?.includes(scope) === false) return 'bound';
      return policy.sensitiveScopesTrustedOnly && !trusted && sensitiveScopes.includes(scope) ? 'trusted_only' : null;
    },
  };
}

/**
 * A client is of a domain when its document is published there: nobody else can. One that registered itself proves nothing but where it
 * is answered, so every one of its redirects must lead there; a loopback port or an app's scheme leads anywhere.
 */
function isOfDomains({ id, redirectUris }: JudgedClient, domains: readonly string[]): boolean {
  const published = webHost(id);
  if (published !== null) return isListed(published, domains);
  return redirectUris.length > 0 && redirectUris.every((uri) => isListed(webHost(uri) ?? '', domains));
}
