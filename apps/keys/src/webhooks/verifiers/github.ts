import { fromHex, hashOf, headerOf, isSigned, type Verifier } from './signed-request.ts';

/**
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries: the body alone is signed. The id of the delivery is not, so
 * whoever recorded one could send it under another: the body's hash is an id too.
 */
export const verifyGithub: Verifier = (request, secrets) => {
  const header = headerOf(request, 'x-hub-signature-256');
  const signature = header?.startsWith('sha256=') === true ? fromHex(header.slice(7)) : null;
  if (!isSigned([signature], secrets, [request.body])) return null;
  const delivery = headerOf(request, 'x-github-delivery');
  return [hashOf(request.body), ...(delivery !== null && delivery.length <= 128 ? [`id:${delivery}`] : [])];
};
