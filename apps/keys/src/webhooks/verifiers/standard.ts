import { fromBase64, freshSeconds, headerOf, isSigned, type Verifier } from './signed-request.ts';

/** The secret without its prefix is base64; anything else is nobody's key. */
const keyOf = (secret: string): Buffer => Buffer.from(secret.replace(/^whsec_/, ''), 'base64');

/** https://www.standardwebhooks.com: `v1,` signatures over `id.timestamp.body`, several of them while a secret is rotated. */
export const verifyStandard: Verifier = (request, secrets, { toleranceSeconds }, nowSeconds) => {
  const id = headerOf(request, 'webhook-id');
  const timestamp = freshSeconds(headerOf(request, 'webhook-timestamp'), nowSeconds, toleranceSeconds);
  const header = headerOf(request, 'webhook-signature');
  if (id === null || id.length > 256 || timestamp === null || header === null) return null;
  const signatures = header.split(' ').map((part) => (part.startsWith('v1,') ? fromBase64(part.slice(3)) : null));
  const keys = secrets.map(keyOf).filter((key) => key.length > 0);
  return isSigned(signatures, keys, [`${id}.${timestamp}.`, request.body]) ? [`id:${id}`] : null;
};
