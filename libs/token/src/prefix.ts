/** Head of a personal access token, unless `LATCHKEY_TOKEN_PREFIX` says otherwise. */
export const tokenPrefix = 'lk_pat_';

/** Head of a service key. */
export const servicePrefix = 'lk_svc_';

/** What a deployment may choose as its prefix: it ends in an underscore, stays readable and needs no escape in a regular expression or URL. */
export const tokenPrefixPattern = /^(?=.{2,24}$)[a-z][a-z0-9]*(?:_[a-z0-9]+)*_$/;

/**
 * The regular expression that a secret scanner may look for our tokens with; a hit is confirmed by its CRC-32.
 * The bounds keep it from firing inside longer words. No look-around, so that RE2 and Hyperscan take it.
 * @param prefix  one that `tokenPrefixPattern` allows
 */
export function scannerPatternOf(prefix: string): string {
  return `\\b${prefix}[0-9A-Za-z]{8}_[0-9A-Za-z]{38}\\b`;
}

/** The documented pattern for secret scanners: both default prefixes. */
export const scannerPattern = '\\blk_(?:pat|svc)_[0-9A-Za-z]{8}_[0-9A-Za-z]{38}\\b';
