import type { ActClaim, KeysAsk, RateLimit, ResourceGrant, Scope } from '@latchkey/contracts';

/** Who is calling, as read from one credential. It says nothing about whether the credential still lives: `Liveness` does, every time. */
export interface Principal {
  kind: 'pat' | 'access_token';
  /** Public id of the PAT, or `jti` */
  id: string;
  issuer: string;
  subject: string;
  org: string | null;
  /** The client that the owner gave the token to, whoever exchanged it since */
  clientId: string | null;
  scopes: readonly Scope[];
  /** Narrowings of a PAT, or of a token that was exchanged for one; null: none */
  projects: readonly string[] | null;
  grants: readonly ResourceGrant[] | null;
  tools: readonly string[] | null;
  /** Of a PAT; what was exchanged for one is held to its source's as they are at the time (`limitsOf`) */
  /** A key of the organization itself, or a token that was cut from one */
  service?: boolean;
  allowedIps: readonly string[] | null;
  rateLimit: RateLimit | null;
  /** What epochs are compared with: of an exchanged token, when its source was issued */
  issuedAtSeconds: number;
  expiresAtSeconds: number | null;
  grantId: string | null;
  sessionId: string | null;
  /** `jti` by which an access token is revoked alone; null for a PAT */
  tokenId: string | null;
  /** SHA-256 of a PAT, by which its record is found */
  hash: string | null;
  /** Public id of the PAT that an exchanged token was cut from, and dies with (AS-83) */
  sourcePat: string | null;
  /** `jti` of the access token that an exchanged token was cut from */
  sourceTokenId: string | null;
  /** RFC 7638 thumbprint of the key whose possession each request must prove (GW-26); null: whoever bears the token may use it */
  keyThumbprint: string | null;
  /** Who uses an exchanged token in the name of its subject (RFC 8693 section 4.1) */
  act?: ActClaim;
  /** Who is behind a credential that several people share, where that is known: each of them has the limits of one. */
  endUser?: string;
  /** `kid` of the issuer's key that signed an access token */
  signedBy?: string;
}

/** What limits are counted by: a refreshed access token keeps the budget of its grant, an exchanged one that of its source. */
export function limitKeyOf({ kind, id, sourcePat, grantId }: Principal): string {
  const pat = kind === 'pat' ? id : sourcePat;
  return pat === null ? `jwt:${grantId ?? id}` : `pat:${pat}`;
}

/** How keys is asked for the PAT that a credential is, or was cut from; null where there is none. */
export function patOf({ hash, sourcePat }: Pick<Principal, 'hash' | 'sourcePat'>): KeysAsk | null {
  if (hash !== null) return { hash };
  return sourcePat === null ? null : { id: sourcePat };
}
