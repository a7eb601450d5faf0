import type { Credential, Membership } from '@latchkey/access';
import type { AccessTokenClaims, ActClaim } from '@latchkey/contracts';

/** What a token is cut from: a credential that is good at this moment, its owner, and how far it reaches. */
export interface Source extends Credential {
  kind: 'pat' | 'access_token';
  /** Public id of the PAT, or `jti` */
  id: string;
  subject: string;
  org: string;
  membership: Membership;
  expiresAtSeconds: number | null;
  /** The one resource of an access token; a PAT has none of its own */
  audience: string | null;
  /** The client that an access token was given to */
  clientId: string | null;
  /** Of the key that the token is bound to */
  thumbprint: string | null;
  /** What goes into the new token, so that it dies with this */
  claims: Pick<AccessTokenClaims, 'src' | 'gid' | 'sid'>;
}

/** Who asks for a token of somebody else, and with which credential. */
export interface Actor extends Pick<Source, 'kind' | 'id' | 'subject' | 'org' | 'clientId' | 'thumbprint' | 'expiresAtSeconds'> {
  /** What the new token says of them */
  act: ActClaim;
}
