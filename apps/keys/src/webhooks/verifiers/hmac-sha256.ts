import { freshSeconds, fromBase64, fromHex, hashOf, headerOf, isSigned, type Verifier } from './signed-request.ts';

/** A plain HMAC in a header of the sender's choice, over the body, or over `timestamp.body` where a header for the time is named. */
export const verifyHmacSha256: Verifier = (request, secrets, { toleranceSeconds, hmac }, nowSeconds) => {
  const header = headerOf(request, hmac.header);
  if (header?.startsWith(hmac.prefix) !== true) return null;
  const text = header.slice(hmac.prefix.length);
  const signature = hmac.encoding === 'hex' ? fromHex(text) : fromBase64(text);
  const id = hmac.idHeader === null ? null : headerOf(request, hmac.idHeader);
  const repeats = [hashOf(request.body), ...(id !== null && id.length <= 256 ? [`id:${id}`] : [])];
  if (hmac.timestampHeader === null) return isSigned([signature], secrets, [request.body]) ? repeats : null;
  const timestamp = freshSeconds(headerOf(request, hmac.timestampHeader), nowSeconds, toleranceSeconds);
  if (timestamp === null || !isSigned([signature], secrets, [`${timestamp}.`, request.body])) return null;
  // The time is signed: the same body at another time is another message.
  return [hashOf(`${timestamp}.`, request.body), ...repeats.slice(1)];
};
