import { freshSeconds, fromHex, hashOf, headerOf, idInBody, isSigned, type Verifier } from './signed-request.ts';

/** https://docs.stripe.com/webhooks#verify-manually: `t=…,v1=…`, several `v1`, over `t.body`; other schemes are ignored. */
export const verifyStripe: Verifier = (request, secrets, { toleranceSeconds }, nowSeconds) => {
  const items = (headerOf(request, 'stripe-signature') ?? '').split(',').map((item) => {
    const at = item.indexOf('=');
    return { name: item.slice(0, Math.max(at, 0)).trim(), value: item.slice(at + 1).trim() };
  });
  const times = items.filter(({ name }) => name === 't');
  const timestamp = times.length === 1 ? freshSeconds(times[0]?.value ?? null, nowSeconds, toleranceSeconds) : null;
  if (timestamp === null) return null;
  const signatures = items.filter(({ name }) => name === 'v1').map(({ value }) => fromHex(value));
  if (!isSigned(signatures, secrets, [`${timestamp}.`, request.body])) return null;
  return [idInBody(request.body, 'id') ?? hashOf(`${timestamp}.`, request.body)];
};
