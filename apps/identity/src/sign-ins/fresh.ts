import { isOnWordOfOrganization, type SignInFacts } from './sign-in-facts.ts';

/** How long after signing in somebody may change how they sign in: a browser that was left open is not enough for that. */
const freshMs = 900_000;

/**
 * Whether a sign-in is enough to change how its person signs in, which counts in all of their organizations: it is new, and does not rest
 * on the word of one organization alone.
 */
export const mayChangeSignIn = (facts: SignInFacts, nowMs = Date.now()): boolean => nowMs - facts.signedInAt.getTime() <= freshMs && !isOnWordOfOrganization(facts);
