import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { ServerRecord } from '@latchkey/contracts';
import { endUserKey, type EndUser } from '../end-users/end-user.ts';
import type { Principal } from '../credentials/principal.ts';

/** Whose session it is, and where: by principal and not by token, so that refresh and rotation keep it (GW-71). */
export interface SessionBinding {
  issuer: string;
  subject: string;
  org: string | null;
  /** For whom it was opened, where the caller has several */
  endUser?: string;
  server: string;
  /** The upstream that knows the session; behind another URL it means nothing. */
  upstreamUrl: string;
}

export const sessionBinding = ({ issuer, subject, org }: Principal, server: ServerRecord, endUser?: EndUser): SessionBinding => ({
  issuer, subject, org, ...(endUser === undefined ? {} : { endUser: endUserKey(endUser) }), server: server.slug, upstreamUrl: server.url,
});

const version = 'v1.';
const ivLength = 12;
const tagLength = 16;
/** An upstream's id longer than this is not carried; ours would not fit into a header any more. */
const maxUpstreamIdLength = 1024;
const maxSealedLength = 2048;

/** AES-256-GCM over the upstream's session id: any replica can serve the session, and no caller sees or forges the id (GW-70). */
export class SealedSessions {
  constructor(private readonly key: Buffer) {}

  /** @returns visible ASCII, as MCP asks of session ids; null for an id that is too long to be sealed */
  seal(upstreamId: string, binding: SessionBinding): string | null {
    if (upstreamId.length > maxUpstreamIdLength) return null;
    // NIST SP 800-38D section 8.2.2: random 96-bit nonces are good for 2^32 ids under one key.
    const iv = randomBytes(ivLength);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv, { authTagLength: tagLength });
    cipher.setAAD(associatedData(binding));
    const sealed = Buffer.concat([iv, cipher.update(upstreamId, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return version + sealed.toString('base64url');
  }

  /** @returns the upstream's id; null for whatever is not a session of exactly this principal at exactly this server */
  open(text: string, binding: SessionBinding): string | null {
    if (!text.startsWith(version) || text.length > maxSealedLength) return null;
    const sealed = Buffer.from(text.slice(version.length), 'base64url');
    if (sealed.length <= ivLength + tagLength || sealed.toString('base64url') !== text.slice(version.length)) return null;
    const decipher = createDecipheriv('aes-256-gcm', this.key, sealed.subarray(0, ivLength), { authTagLength: tagLength });
    decipher.setAAD(associatedData(binding));
    decipher.setAuthTag(sealed.subarray(-tagLength));
    try {
      return decipher.update(sealed.subarray(ivLength, -tagLength), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      return null;
    }
  }
}

/** JSON keeps the parts apart: no choice of names makes two bindings read alike. */
function associatedData({ issuer, subject, org, server, upstreamUrl, endUser }: SessionBinding): Buffer {
  return Buffer.from(JSON.stringify(['latchkey-session', issuer, subject, org, server, upstreamUrl, ...(endUser === undefined ? [] : [endUser])]), 'utf8');
}
