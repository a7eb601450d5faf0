import type { Authentication } from './authenticate.ts';

export interface Refusal {
  status: number;
  words: string;
  headers: Record<string, string>;
}

const minutes = (seconds: number): string => (seconds <= 60 ? 'a minute' : `${Math.ceil(seconds / 60)} minutes`);

/** How a page says that somebody is not signed in. One wording whether or not the account exists. */
export function refusalWords(authentication: Exclude<Authentication, { outcome: 'signed-in' }>): Refusal {
  if (authentication.outcome === 'refused') {
    return { status: 422, words: 'The e-mail address or the password is not right.', headers: {} };
  }
  const { retryAfterSeconds } = authentication;
  return {
    status: 429,
    words: `Too many attempts. Try again in ${minutes(retryAfterSeconds)}.`,
    headers: { 'retry-after': String(retryAfterSeconds) },
  };
}
