import type { SignInFacts } from './sign-in-facts.ts';

/** How long after signing in somebody may change how they sign in: a browser that was left open is not enough for that. */
const freshMs = 900_000;

export const isFresh = ({ signedInAt }: SignInFacts, nowMs = Date.now()): boolean => nowMs - signedInAt.getTime() <= freshMs;
