import { both, codeGrants, type ClientShape } from './shape.ts';

const codex = 'https://chatgpt.com/oauth/codex/client.json';
const connector = 'https://chatgpt.com/oauth/kDmjx77UnKOM/client.json';
const platform = 'https://chatgpt.com/oauth/client.json';

/** Where ChatGPT publishes the keys of all its connectors. */
export const chatGptKeys = 'https://chatgpt.com/oauth/jwks.json';

const chatGptDocument = (id: string, redirect: string, methods: string[]): Record<string, unknown> => ({
  client_id: id,
  client_uri: 'https://chatgpt.com/',
  redirect_uris: [redirect],
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_methods_supported: methods,
  ...codeGrants,
  client_name: 'ChatGPT',
  logo_uri: 'https://persistent.oaistatic.com/sonic/misc/openai-logo.png',
  token_endpoint_auth_signing_alg: 'RS256',
  jwks_uri: chatGptKeys,
});

export const openaiShapes: readonly ClientShape[] = [
  {
    name: 'Codex 0.169.0, by its document',
    recordedFrom: ['openai/codex#30460', 'openai/codex#27165'],
    assumed: 'the members of the document beside client_id',
    registration: {
      by: 'document',
      id: codex,
      document: { client_id: codex, client_name: 'Codex', client_uri: 'https://chatgpt.com/codex', redirect_uris: ['http://127.0.0.1/callback'], application_type: 'native', token_endpoint_auth_method: 'none', ...codeGrants },
    },
    auth: 'none',
    redirects: ['http://127.0.0.1:37819/callback'],
    // No prompt and no offline_access, and yet it lives by its refresh token, which all of its instances share.
    authorization: { scope: both, resource: 'exact' },
    token: { resource: 'exact' },
    refreshesAtOnce: 4,
    expect: { scope: both, loopbackOnly: true },
  },
  {
    name: 'Codex 0.147, registered as native with an id in the path',
    recordedFrom: ['openai/codex#30460', 'elmohq/elmo#684'],
    registration: { by: 'registration', body: { client_name: 'Codex', redirect_uris: ['http://127.0.0.1:63546/callback/6MFBM1In3Ey-'], application_type: 'native', token_endpoint_auth_method: 'none', ...codeGrants } },
    auth: 'none',
    redirects: ['http://127.0.0.1:63546/callback/6MFBM1In3Ey-', 'http://127.0.0.1:40123/callback/6MFBM1In3Ey-'],
    authorization: { resource: 'exact' },
    token: { resource: 'exact' },
    expect: { applicationType: 'native', scope: both },
  },
  {
    name: 'ChatGPT, a document per connector and a key instead of a secret',
    recordedFrom: ['Altinity/altinity-mcp#118', 'cloudflare/workers-oauth-provider#295', 'django-oauth/django-oauth-toolkit#1857'],
    registration: { by: 'document', id: connector, document: chatGptDocument(connector, 'https://chatgpt.com/connector/oauth/kDmjx77UnKOM', ['none', 'private_key_jwt']) },
    auth: 'private_key_jwt',
    redirects: ['https://chatgpt.com/connector/oauth/kDmjx77UnKOM'],
    authorization: { scope: `${both} offline_access`, resource: 'exact' },
    token: { resource: 'exact' },
    expect: { scope: both, loopbackOnly: false },
  },
  {
    name: 'ChatGPT, the document that all connectors shared',
    recordedFrom: ['makeplane/plane-mcp-server#165', 'django-oauth/django-oauth-toolkit#1845'],
    registration: { by: 'document', id: platform, document: chatGptDocument(platform, 'https://chatgpt.com/connector_platform_oauth_redirect', ['none', 'private_key_jwt']) },
    auth: 'private_key_jwt',
    redirects: ['https://chatgpt.com/connector_platform_oauth_redirect'],
    authorization: { resource: 'exact' },
    token: { resource: 'missing' },
    expect: { scope: both },
  },
];
