import type { ErrorCode } from './error-codes.ts';

export interface ErrorExplanation {
  /** Statuses beside the usual one */
  also?: readonly number[];
  /** What has happened */
  cause: string;
  /** What to do about it */
  cure: string;
}

/** What people read of a code: in docs/errors.md, and where the command line fails. */
export const errorExplanations: Readonly<Record<ErrorCode, ErrorExplanation>> = {
  token_missing: {
    cause: 'The request has no `Authorization: Bearer …` header.',
    cure: 'Follow the `WWW-Authenticate` header (OAuth), or send an API key.',
  },
  token_malformed: {
    cause: 'The credential has the wrong form: a typing error (the checksum of a key does not match), a cut-off token, an unknown kind.',
    cure: 'Copy it again, whole.',
  },
  token_unknown: {
    cause: 'Well formed, but nothing we issued: another deployment\'s, or a signature that no key of ours made.',
    cure: 'Check that the URL and the credential belong together.',
  },
  token_expired: {
    cause: 'Its time is over.',
    cure: 'Refresh the token; create a new key.',
  },
  token_revoked: {
    cause: 'The credential, its session, grant, client or an epoch of its owner was revoked. It never works again.',
    cure: 'Sign in again, or ask for a new key.',
  },
  token_wrong_audience: {
    cause: 'The access token was issued for another resource.',
    cure: 'Ask for a token with `resource` = the URL that you call.',
  },
  proof_invalid: {
    cause: 'The token is bound to a key, and the request does not prove it: sent as `Bearer`, without a `DPoP` header, or with a proof for another request, of another key, too old, or used before.',
    cure: 'Send the token with the `DPoP` scheme and a new proof (RFC 9449) for every request.',
  },
  owner_disabled: {
    cause: 'The person who owns the credential is disabled, or no longer belongs to the organization.',
    cure: 'Ask an owner of the organization.',
  },
  insufficient_scope: {
    cause: 'The credential lacks a scope; `WWW-Authenticate` names all that the operation needs.',
    cure: 'Ask for these scopes, or create a key with them.',
  },
  insufficient_role: {
    cause: 'The owner\'s role does not allow this, whatever the credential grants.',
    cure: 'Ask for the role.',
  },
  tool_not_allowed: {
    cause: 'The tool is outside the list that the credential may call.',
    cure: 'Use a key whose tools include it.',
  },
  ip_not_allowed: {
    cause: 'The caller\'s address is outside the key\'s allow-list.',
    cure: 'Call from an allowed network.',
  },
  tenant_mismatch: {
    cause: 'The organization or project named is not the credential\'s.',
    cure: 'Use a credential of that organization.',
  },
  user_mismatch: {
    cause: '`X-User-Id` is not the owner of the credential.',
    cure: 'Leave the header out, or send the owner\'s id.',
  },
  connection_required: {
    cause: 'The server needs a connection to something behind it, and the caller has made none. MCP clients are given the URL as an elicitation where their protocol has one.',
    cure: 'Open the URL that the answer names, or make the connection through `/v1/connections`.',
  },
  not_found: {
    also: [403],
    cause: 'There is no such thing, or the caller may not know of it.',
    cure: 'Check the path.',
  },
  rate_limited: {
    also: [503],
    cause: 'A limit is reached; `Retry-After` says for how long. 503: more people sign in at this moment than passwords can be checked.',
    cure: 'Wait.',
  },
  state_stale: {
    cause: 'The service cannot prove right now that what it knows is fresh enough, and refuses to guess.',
    cure: 'Repeat after `Retry-After`; operators: look at the feed.',
  },
  upstream_unavailable: {
    also: [503],
    cause: 'The MCP server behind the gateway cannot be reached, broke off, or refused our own credential.',
    cure: 'Look at the server\'s health.',
  },
  upstream_timeout: {
    cause: 'The MCP server did not answer in time.',
    cure: 'Repeat; look at the server.',
  },
  tool_error: {
    cause: 'Over REST: the tool was called and says that it failed; `detail` has its words, `result` its whole answer.',
    cure: 'Do what it says.',
  },
  body_too_large: {
    cause: 'The body is over the cap.',
    cure: 'Send less.',
  },
  header_mismatch: {
    cause: 'A header contradicts the body.',
    cure: 'Send what the body says.',
  },
  invalid_request: {
    also: [403, 405, 414, 415],
    cause: 'The request cannot be read or breaks a rule; `detail` and `issues` say where.',
    cure: 'Correct it.',
  },
  conflict: {
    cause: 'The name is taken, or the thing has changed meanwhile.',
    cure: 'Choose another name; read it again.',
  },
  policy_violation: {
    cause: 'A policy of the organization forbids this.',
    cure: 'Ask an owner of the organization.',
  },
  signature_invalid: {
    cause: 'The signature of a webhook does not verify. It is not said which part failed.',
    cure: 'Check the secret and that the raw body is signed.',
  },
  replayed: {
    cause: 'The same message was delivered before.',
    cure: 'Nothing: it has been handled.',
  },
};
