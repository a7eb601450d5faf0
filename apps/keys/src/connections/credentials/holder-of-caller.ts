import type { IdentityAssertionClaims } from '@latchkey/contracts';
import { holderOfEndUser, holderOfUser, projectHolder } from './connection-credential.entity.ts';

/** Whose credential a caller uses where each user has one: of the end user that the call is made for, or else their own. */
export const holderOfCaller = ({ sub, end_user: endUser }: IdentityAssertionClaims): string => (endUser === undefined ? holderOfUser(sub) : holderOfEndUser(endUser));

/** Who has to be at the browser; null for an end user, whom we cannot ask to sign in. */
export const personOfCaller = ({ sub, end_user: endUser }: IdentityAssertionClaims): string | null => (endUser === undefined ? sub : null);

/** A connection has either one for the project or one for each user, so at most one of these has something. */
export const holdersFor = (own: string): string[] => [projectHolder, own];
