import { PersonalAccessTokens1700000000001 } from './1-personal-access-tokens.ts';

/** In order; a class is never changed once it was released. */
export const migrations = [PersonalAccessTokens1700000000001];
