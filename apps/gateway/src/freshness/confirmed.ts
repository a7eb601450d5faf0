import type { IdentityAnswer, KeysAnswer, Writer } from '@latchkey/contracts';

type Yes<T> = Extract<T, { active: true }>;
export type IdentityYes = Yes<IdentityAnswer>;
export type KeysYes = Yes<KeysAnswer>;

/** A writer's own word that a credential lives. It is as fresh as the moment at which the question left, by the monotonic clock. */
export interface Word<A> {
  answer: A;
  askedAtMs: number;
}

/** What writers have said of one credential, where the replica could not be proven fresh. */
export interface Confirmed {
  identity?: Word<IdentityYes>;
  keys?: Word<KeysYes>;
}

/** Whether no writer had to be asked. */
export const saysNothing = (confirmed: Confirmed | undefined): boolean => confirmed === undefined || (confirmed.identity === undefined && confirmed.keys === undefined);

/** Whose word a credential lives by: that of keys only where it is a PAT, or was cut from one. */
export const writersOf = (restsOnPat: boolean): readonly Writer[] => (restsOnPat ? both : identityOnly);
const both: readonly Writer[] = ['keys', 'identity'];
const identityOnly: readonly Writer[] = ['identity'];
