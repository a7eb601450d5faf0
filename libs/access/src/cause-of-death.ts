/** Why a credential is not to be accepted any more; each is a code of the contract. */
export type Death = 'token_unknown' | 'token_revoked' | 'token_expired' | 'owner_disabled';

/** What of a credential decides whether it lives. Times in whole seconds since 1970. */
export interface LivingCredential {
  subject: string;
  org: string | null;
  issuedAtSeconds: number;
  /** Null for a PAT, as the four below */
  clientId: string | null;
  grantId: string | null;
  sessionId: string | null;
  tokenId: string | null;
  /** Of the token that this one was cut from; null for every other (AS-83) */
  sourceTokenId: string | null;
  /** A key of the organization itself, or a token that was cut from one: what it may do hangs on no member */
  service?: boolean;
}

/** What identity knows, wherever it is kept: in its tables, or in the replica of a gateway. Absent means that nothing was ever said. */
export interface IdentityFacts {
  user(id: string): { disabled: boolean; epoch: number | null } | undefined;
  org(id: string): { disabled: boolean; epoch: number | null } | undefined;
  client(id: string): { disabled: boolean; epoch: number | null } | undefined;
  membership(user: string, org: string): { epoch: number | null } | undefined;
  isGrantRevoked(gid: string): boolean;
  isSessionEnded(sid: string): boolean;
  isTokenRevoked(jti: string): boolean;
}

/** GW-25: an epoch kills what was issued at or before it; whole seconds, and a tie is dead. */
const killedBy = (epoch: number | null | undefined, issuedAtSeconds: number): boolean =>
  epoch !== null && epoch !== undefined && issuedAtSeconds <= epoch;

/** Revocations by identity: absorbing, so that whoever finds one needs no proof that it has heard the latest. */
function revokedAtIdentity(credential: LivingCredential, facts: IdentityFacts): boolean {
  const { subject, org, clientId, issuedAtSeconds: issued, grantId, sessionId, tokenId, sourceTokenId } = credential;
  if (tokenId !== null && facts.isTokenRevoked(tokenId)) return true;
  if (sourceTokenId !== null && facts.isTokenRevoked(sourceTokenId)) return true;
  if (grantId !== null && facts.isGrantRevoked(grantId)) return true;
  if (sessionId !== null && facts.isSessionEnded(sessionId)) return true;
  const client = clientId === null ? undefined : facts.client(clientId);
  if (client?.disabled === true || killedBy(client?.epoch, issued) || killedBy(facts.user(subject)?.epoch, issued)) return true;
  return org !== null && (killedBy(facts.org(org)?.epoch, issued) || killedBy(facts.membership(subject, org)?.epoch, issued));
}

function ownerGone({ subject, org, service }: LivingCredential, facts: IdentityFacts): boolean {
  if (service === true) return org === null || facts.org(org)?.disabled !== false;
  if (facts.user(subject)?.disabled === true) return true;
  if (org === null) return false;
  return facts.org(org)?.disabled === true || facts.membership(subject, org) === undefined;
}

/** What identity has to say against a credential; null: nothing. The gateway's replica and the tables are asked by this one function. */
export function deathAtIdentity(credential: LivingCredential, facts: IdentityFacts): Death | null {
  if (revokedAtIdentity(credential, facts)) return 'token_revoked';
  return ownerGone(credential, facts) ? 'owner_disabled' : null;
}

/** What keys has to say against a PAT, by its row or record; null: nothing. Absence means refuse. */
export function deathAtKeys(pat: { revokedAt: unknown } | null | undefined): Death | null {
  if (pat === null || pat === undefined) return 'token_unknown';
  return pat.revokedAt === null ? null : 'token_revoked';
}

/**
 * Why a credential is dead, all told; null while it lives. Revoked comes before expired, and both before the owner: the most final first.
 * Hot path: it asks `facts` and allocates nothing.
 * @param pat  the record of a PAT, undefined where there is none; null for an access token
 * @param expired  by whatever clock and tolerance apply to this kind
 */
export function causeOfDeath(credential: LivingCredential, facts: IdentityFacts, pat: { revokedAt: unknown } | null | undefined, expired: boolean): Death | null {
  const atKeys = pat === null ? null : deathAtKeys(pat);
  if (atKeys !== null) return atKeys;
  const atIdentity = deathAtIdentity(credential, facts);
  if (atIdentity === 'token_revoked') return atIdentity;
  return expired ? 'token_expired' : atIdentity;
}
