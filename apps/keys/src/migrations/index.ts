import { PersonalAccessTokens1700000000001 } from './1-personal-access-tokens.ts';
import { FeedDigest1700000000002 } from './2-feed-digest.ts';

/** In order; a class is never changed once it was released. */
export const migrations = [PersonalAccessTokens1700000000001, FeedDigest1700000000002];
