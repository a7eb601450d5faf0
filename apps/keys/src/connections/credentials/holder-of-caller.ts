import type { IdentityAssertionClaims } from '@latchkey/contracts';
import { holderOfUser, projectHolder } from './connection-credential.entity.ts';

/** Whose credential a caller uses where each user has one. */
export const holderOfCaller = ({ sub }: IdentityAssertionClaims): string => holderOfUser(sub);

/** A connection has either one for the project or one for each user, so at most one of these has something. */
export const holdersFor = (own: string): string[] => [projectHolder, own];
