import { randomBytes } from 'node:crypto';

/** What ids of dynamically registered clients begin with; nothing else does. */
export const dynamicClientPrefix = 'dyn-';

export const dynamicClientId = (): string => dynamicClientPrefix + randomBytes(16).toString('base64url');
