import type { ClientMetadata } from 'oidc-provider';

export const tokenExchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

/** The client of whoever cuts a token from one that they hold, and has registered nothing for it (docs/adr/0015). */
export const agentClientId = 'latchkey-agent';

/** Part of every deployment. It has no redirect and no secret, and may exchange and nothing else. */
export const agentClient: ClientMetadata = {
  client_id: agentClientId,
  client_name: 'Latchkey agent tokens',
  token_endpoint_auth_method: 'none',
  grant_types: [tokenExchangeGrant],
  response_types: [],
  redirect_uris: [],
};
