/** Cause and cure of what people are refused with most: docs/errors.md has all of them. */
export const codeWords: Readonly<Record<string, string>> = {
  token_missing: 'No credential came with the request. A client that can sign in does so by itself; another one needs a key in the header Authorization: Bearer.',
  token_malformed: 'What came in the place of a token is none: cut off, or with a space or quotation mark too much. Copy it again.',
  token_unknown: 'It looks like a token, and Latchkey never made it, or it belongs to another installation.',
  token_expired: 'The credential has reached its end. A client fetches a new token by itself; of a key, make a new one.',
  token_revoked: 'Somebody revoked this credential, or everything of its owner. Revoked is for ever: make a new one.',
  token_wrong_audience: 'The token was made for another server. Connect the client to the address of this one.',
  owner_disabled: 'Whoever the credential acts for has left the organization, or their account is shut.',
  insufficient_scope: 'The credential does not have the scope that this takes.',
  insufficient_role: 'The role of its owner does not allow this. An administrator can give another role.',
  tool_not_allowed: 'Something keeps this tool from this credential: its own list or grants, the role of its owner, or the server. The rules below say which.',
  ip_not_allowed: 'The key may be used from certain addresses only, and this was another one.',
  tenant_mismatch: 'The credential belongs to another organization than what it was used for.',
  rate_limited: 'A limit was reached. The answer says in Retry-After when to go on.',
  state_stale: 'The gateway could not prove that it knows of every revocation, and asked in vain. It refuses rather than guess; try again.',
  upstream_unavailable: 'The server behind the gateway does not answer.',
  upstream_timeout: 'The server behind the gateway took too long.',
};
