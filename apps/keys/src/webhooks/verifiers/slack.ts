import { freshSeconds, fromHex, hashOf, headerOf, idInBody, isSigned, type Verifier } from './signed-request.ts';

/** https://docs.slack.dev/authentication/verifying-requests-from-slack: `v0=…` over `v0:timestamp:body`. */
export const verifySlack: Verifier = (request, secrets, { toleranceSeconds }, nowSeconds) => {
  const timestamp = freshSeconds(headerOf(request, 'x-slack-request-timestamp'), nowSeconds, toleranceSeconds);
  const header = headerOf(request, 'x-slack-signature');
  if (timestamp === null || header?.startsWith('v0=') !== true) return null;
  if (!isSigned([fromHex(header.slice(3))], secrets, [`v0:${timestamp}:`, request.body])) return null;
  return [idInBody(request.body, 'event_id') ?? hashOf(`${timestamp}:`, request.body)];
};
