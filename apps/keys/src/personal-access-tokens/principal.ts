import type { IdentityAssertionClaims, Scope } from '@latchkey/contracts';
import type { Membership } from '@latchkey/access';
import { parseScopes, renderChallenge, resourceMetadataUrl, resources, satisfies } from '@latchkey/oauth';
import { Problem } from '@latchkey/problem';
import { Inject, Injectable } from '@nestjs/common';
import type { KeysEnv } from '../env.ts';
import { KEYS_ENV } from '../tokens.ts';

/** Who asks, in which organization, and as what there. */
export interface Principal {
  user: string;
  org: string;
  membership: Membership;
  /** Public id of the key that was presented; null for an access token */
  pat: string | null;
}

/** Turns the gateway's word on the caller into a principal, if the caller may do what is asked at all. */
@Injectable()
export class Principals {
  private readonly resourceMetadata: string;

  constructor(@Inject(KEYS_ENV) env: KeysEnv) {
    this.resourceMetadata = resourceMetadataUrl(resources(env.LATCHKEY_GATEWAY_URL).management);
  }

  /** @throws Problem `tenant_mismatch`, `insufficient_role` or `insufficient_scope` */
  admit(caller: IdentityAssertionClaims, required: Scope): Principal {
    const { sub: user, org, roles, credential } = caller;
    if (org === undefined) throw new Problem('tenant_mismatch', { detail: 'The credential speaks for no organization.' });
    if (roles?.org === undefined) throw new Problem('insufficient_role', { detail: 'You are not a member of the organization.' });
    if (!satisfies(parseScopes(caller.scope), [required])) throw this.insufficientScope([required]);
    const membership = { org, role: roles.org, projects: roles.projects };
    return { user, org, membership, pat: credential.kind === 'pat' ? credential.id : null };
  }

  /** RFC 6750 section 3.1: the refusal names the scopes that would help. */
  insufficientScope(scopes: readonly Scope[], detail?: string): Problem {
    const error = 'insufficient_scope';
    const challenge = renderChallenge({ resourceMetadata: this.resourceMetadata, scopes, error });
    return new Problem('insufficient_scope', { error, headers: { 'www-authenticate': challenge }, ...(detail === undefined ? {} : { detail }) });
  }
}
