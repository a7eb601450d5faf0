import type { PatRecord } from '@latchkey/contracts';
import { hashIfToken, looksLikeToken, readToken, servicePrefix } from '@latchkey/token';
import type { Principal } from './principal.ts';

interface PatSource {
  patByHash(hash43: string): PatRecord | undefined;
}

/** Reads personal access tokens against the replica (GW-23). */
export class PersonalAccessTokenReader {
  constructor(private readonly options: { replica: PatSource; prefix: string; issuer: string }) {}

  claims(text: string): boolean {
    return looksLikeToken(text, servicePrefix) || looksLikeToken(text, this.options.prefix);
  }

  /**
   * By which it is looked up. Hot path: whether it is a token at all needs to be asked only where it is not found.
   * @returns null for what is longer or shorter than any, before anything is hashed
   */
  hashOf(text: string): string | null {
    return hashIfToken(text, this.prefixOf(text));
  }

  /** Shape and checksum: nobody is asked about what can be no token. @throws Problem `token_malformed` */
  check(text: string): void {
    readToken(text, this.prefixOf(text));
  }

  /** First the prefix that is not chosen: one that is may be the beginning of it. */
  private prefixOf(text: string): string {
    return looksLikeToken(text, servicePrefix) ? servicePrefix : this.options.prefix;
  }

  /** Whether it is revoked or expired is not asked here. @returns null where the replica has never heard of it */
  find(hash: string): Principal | null {
    const record = this.options.replica.patByHash(hash);
    return record === undefined ? null : this.principalOf(record);
  }

  principalOf(record: PatRecord): Principal {
    return principalOf(record, this.options.issuer);
  }
}

const principals = new WeakMap<PatRecord, Principal>();

/** Records are replaced, never changed, so what is made of one is made once. */
function principalOf(record: PatRecord, issuer: string): Principal {
  let principal = principals.get(record);
  if (principal === undefined) {
    principal = {
      kind: 'pat',
      id: record.id,
      // Owners live at the issuer: a session begun with a PAT goes on with the owner's access token (GW-71).
      issuer,
      subject: record.owner,
      ...(record.service === undefined ? {} : { service: true }),
      org: record.org,
      clientId: null,
      scopes: record.scopes,
      projects: record.projects,
      grants: record.grants,
      tools: record.tools,
      allowedIps: record.allowedIps ?? null,
      rateLimit: record.rateLimit ?? null,
      issuedAtSeconds: record.mintedAt,
      expiresAtSeconds: record.expiresAt,
      grantId: null,
      sessionId: null,
      tokenId: null,
      hash: record.hash,
      sourcePat: null,
      sourceTokenId: null,
      keyThumbprint: null,
    };
    principals.set(record, principal);
  }
  return principal;
}
