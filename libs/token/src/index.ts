export { scannerPattern, scannerPatternOf, servicePrefix, tokenPrefix, tokenPrefixPattern } from './prefix.ts';
export { hashIfToken, looksLikeToken, mintToken, readToken, type MintedToken, type ReadToken } from './token.ts';
