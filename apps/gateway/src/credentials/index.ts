/** Reading access tokens, for who wants to know what that costs. */
export { AccessTokenReader, type VerifiedToken } from './access-token.ts';
export { SigningKeys } from './signing-keys.ts';
