import { createHash, randomBytes } from 'node:crypto';

/** Long enough for somebody on holiday. */
export const invitationSeconds = 7 * 24 * 3600;

/** 256 random bits, mailed once and kept as a hash. */
export const newInvitationToken = (): string => randomBytes(32).toString('base64url');
export const isInvitationToken = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text);
export const invitationHash = (token: string): Buffer => createHash('sha256').update(token).digest();
export const invitationPath = (token: string): string => `/invitations/${token}`;
