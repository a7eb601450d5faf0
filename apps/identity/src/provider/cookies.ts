import type { Configuration } from 'oidc-provider';

/** What the cookie of a sign-in is called. */
export const sessionCookie = (issuer: string): string => (issuer.startsWith('https:') ? '__Host-latchkey_session' : 'latchkey_session');

/**
 * Cookies of the sign-in. Over https the prefix keeps other hosts of the domain from planting them (RFC 6265bis section 4.1.3); it asks
 * for the root path, except for the one that resumes, whose path the engine sets. Over http (localhost) no prefix is possible.
 */
export function cookies(issuer: string): Configuration['cookies'] {
  const common = { httpOnly: true, sameSite: 'lax', signed: true } as const;
  const session = sessionCookie(issuer);
  if (!issuer.startsWith('https:')) {
    return { names: { session, interaction: 'latchkey_interaction', resume: 'latchkey_resume' }, long: common, short: common };
  }
  const secure = { ...common, secure: true, path: '/' };
  return {
    names: { session, interaction: '__Host-latchkey_interaction', resume: '__Secure-latchkey_resume' },
    long: secure,
    short: secure,
  };
}
