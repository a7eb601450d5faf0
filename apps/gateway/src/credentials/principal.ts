import type { ResourceGrant, Scope } from '@latchkey/contracts';

/** Who is calling, as read from one credential. It says nothing about whether the credential still lives: `Liveness` does, every time. */
export interface Principal {
  kind: 'pat' | 'access_token';
  /** Public id of the PAT, or `jti` */
  id: string;
  issuer: string;
  subject: string;
  org: string | null;
  clientId: string | null;
  scopes: readonly Scope[];
  /** Narrowings of a PAT; null: none */
  projects: readonly string[] | null;
  grants: readonly ResourceGrant[] | null;
  tools: readonly string[] | null;
  issuedAtSeconds: number;
  expiresAtSeconds: number | null;
  grantId: string | null;
  sessionId: string | null;
  /** `jti` by which an access token is revoked alone; null for a PAT */
  tokenId: string | null;
  /** SHA-256 of a PAT, by which its record is found */
  hash: string | null;
  /** RFC 7638 thumbprint of the key whose possession each request must prove (GW-26); null: whoever bears the token may use it */
  keyThumbprint: string | null;
}

/** What limits are counted by: a refreshed access token keeps the budget of its grant. */
export const limitKeyOf = (principal: Principal): string =>
  principal.kind === 'pat' ? `pat:${principal.id}` : `jwt:${principal.grantId ?? principal.id}`;
