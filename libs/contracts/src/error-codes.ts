/**
 * The closed list of codes a caller can meet. It only grows: a code is never renamed, reused or given another status. `detail` is what is said where the place
 * that refuses has nothing more to say; it is the same for all who meet the code, so it tells nothing of anybody.
 */
export const errorCodes = {
  token_missing: {
    status: 401, title: 'No credential was presented',
    detail: 'Send a credential in the Authorization header: an access token, or a key.',
  },
  token_malformed: {
    status: 401, title: 'The credential has the wrong form',
    detail: 'The credential is no token of any kind that is taken here; copy it again, whole.',
  },
  token_unknown: {
    status: 401, title: 'The credential is not known',
    detail: 'No such credential was issued here; check that the URL and the credential belong together.',
  },
  token_expired: {
    status: 401, title: 'The credential has expired',
    detail: 'The time of the credential is over; refresh the token, or create a new key.',
  },
  token_revoked: {
    status: 401, title: 'The credential was revoked',
    detail: 'The credential was revoked and never works again; sign in again, or ask for a new key.',
  },
  token_wrong_audience: {
    status: 401, title: 'The token was issued for another resource',
    detail: 'Ask for a token whose resource is the URL that you call.',
  },
  proof_invalid: {
    status: 401, title: 'The proof of possession is missing or not valid',
    detail: 'Send the token with the DPoP scheme and a new proof for every request (RFC 9449).',
  },
  owner_disabled: {
    status: 401, title: 'The owner of the credential is disabled',
    detail: 'The owner of the credential is disabled, or no longer belongs to the organization; ask an owner of the organization.',
  },
  insufficient_scope: {
    status: 403, title: 'The credential lacks a scope',
    detail: 'Ask for the scopes that the operation needs, or use a key that has them.',
  },
  insufficient_role: {
    status: 403, title: 'The role of the owner does not allow this',
    detail: 'Whatever the credential grants, the role of its owner does not allow this; ask for the role.',
  },
  tool_not_allowed: {
    status: 403, title: 'The tool is outside what the credential may call',
    detail: 'Use a credential whose grants and tools include this one.',
  },
  ip_not_allowed: {
    status: 403, title: 'The credential may not be used from this address',
    detail: 'The credential is bound to addresses, and this request does not come from one of them.',
  },
  tenant_mismatch: {
    status: 403, title: 'The credential belongs to another organization or project',
    detail: 'Use a credential of the organization and the project that the request names.',
  },
  user_mismatch: {
    status: 403, title: 'The credential belongs to another user',
    detail: 'Leave X-User-Id out, or send the id of the owner of the credential.',
  },
  connection_required: {
    status: 403, title: 'The upstream needs a connection that has not been made',
    detail: 'Make the connection that the upstream needs, and repeat the request.',
  },
  not_found: {
    status: 404, title: 'Not found',
    detail: 'There is no such thing, or the credential may not know of it; check the path.',
  },
  rate_limited: {
    status: 429, title: 'Too many requests',
    detail: 'A limit is reached; wait for as long as Retry-After says.',
  },
  state_stale: {
    status: 503, title: 'The gateway cannot prove that its state is fresh',
    detail: 'Nothing is said about a credential on old news; repeat the request after Retry-After.',
  },
  upstream_unavailable: {
    status: 502, title: 'The upstream could not serve the request',
    detail: 'The server behind the gateway cannot be reached, or broke off; try again later.',
  },
  upstream_timeout: {
    status: 504, title: 'The upstream did not answer in time',
    detail: 'The server behind the gateway took too long; what was asked of it may have happened all the same.',
  },
  tool_error: {
    status: 422, title: 'The tool answered with an error',
    detail: 'The tool was called and says that it failed; result has its whole answer.',
  },
  body_too_large: {
    status: 413, title: 'The body is too large',
    detail: 'The body is over what is taken here; send less.',
  },
  header_mismatch: {
    status: 400, title: 'A header contradicts the body',
    detail: 'Send the header with what the body says, or leave it out.',
  },
  invalid_request: {
    status: 400, title: 'The request is not valid',
    detail: 'The request cannot be read, or breaks a rule; correct it before you repeat it.',
  },
  conflict: {
    status: 409, title: 'The request conflicts with what exists',
    detail: 'The name is taken, or the thing has changed meanwhile; read it again.',
  },
  policy_violation: {
    status: 403, title: 'A policy of the organization forbids this',
    detail: 'An owner of the organization can say which policy this is, and change it.',
  },
  signature_invalid: {
    status: 401, title: 'The signature is not valid',
    detail: 'Check the secret, the time, and that the signature is over the raw body; which of them failed is not said.',
  },
  replayed: {
    status: 409, title: 'The message was delivered before',
    detail: 'The same message came before and has been handled; there is nothing to do.',
  },
} as const satisfies Record<string, { status: number; title: string; detail: string }>;

export type ErrorCode = keyof typeof errorCodes;
