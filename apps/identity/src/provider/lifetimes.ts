import type { IdentityEnv } from '../env.ts';

const day = 86_400;

/** Family cap of a refresh token, and with it the life of a grant, which is not saved again on refresh (AS-50). */
export const grantSeconds = 365 * day;
export const interactionSeconds = 3600;
/** Long enough to find the other device, sign in and read a page. */
export const deviceCodeSeconds = 600;
export const sessionSeconds = 14 * day;
export const idTokenSeconds = 3600;

/** Until when a revocation may still concern an access token: the longest life of one that was just issued, and clock tolerance. */
export const tombstoneSeconds = (env: IdentityEnv): number => env.LATCHKEY_ACCESS_TOKEN_TTL_SECONDS + 60;
