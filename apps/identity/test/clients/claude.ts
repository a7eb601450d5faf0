import { both, codeGrants, type ClientShape } from './shape.ts';

const claudeCode = 'https://claude.ai/oauth/claude-code-client-metadata';
const claudeAi = 'https://claude.ai/oauth/mcp-oauth-client-metadata';
const callbacks = ['https://claude.ai/api/mcp/auth_callback', 'https://claude.com/api/mcp/auth_callback'];

export const claudeShapes: readonly ClientShape[] = [
  {
    name: 'Claude Code 2.1.329, by its document',
    recordedFrom: ['anthropics/claude-code#37747', 'anthropics/claude-code#41011', 'anthropics/claude-code#64705', 'anthropics/claude-code#52871', 'anthropics/claude-code#90497', 'anthropics/claude-code#91641'],
    registration: {
      by: 'document',
      id: claudeCode,
      // Portless, and without application_type: only a native client has a free port.
      document: { client_id: claudeCode, client_name: 'Claude Code', client_uri: 'https://claude.ai', redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'], token_endpoint_auth_method: 'none', ...codeGrants },
    },
    auth: 'none',
    redirects: ['http://localhost:51122/callback', 'http://localhost:64007/callback'],
    authorization: { scope: `${both} offline_access`, prompt: 'consent', resource: 'slash' },
    token: { resource: 'missing' },
    refreshesAtOnce: 5,
    expect: { scope: both, loopbackOnly: true },
  },
  {
    name: 'Claude Code 2.1.197, registered without application_type, scope missing',
    recordedFrom: ['anthropics/claude-code#12077', 'anthropics/claude-code#84614', 'anthropics/claude-code#90497'],
    registration: { by: 'registration', body: { client_name: 'Claude Code (demo)', redirect_uris: ['http://localhost:54545/callback'], token_endpoint_auth_method: 'none', ...codeGrants } },
    auth: 'none',
    redirects: ['http://localhost:54545/callback', 'http://localhost:60001/callback'],
    authorization: { prompt: 'consent', resource: 'exact' },
    token: { resource: 'slash' },
    refreshesAtOnce: 3,
    expect: { applicationType: 'native', scope: both, loopbackOnly: true },
  },
  {
    name: 'Claude Code 2.1, registered as native',
    recordedFrom: ['elmohq/elmo#684'],
    registration: { by: 'registration', body: { client_name: 'Claude Code (demo)', redirect_uris: ['http://localhost:3118/callback'], application_type: 'native', token_endpoint_auth_method: 'none', ...codeGrants } },
    auth: 'none',
    redirects: ['http://localhost:3118/callback'],
    authorization: { scope: `${both} offline_access`, prompt: 'consent', resource: 'exact' },
    token: { resource: 'exact' },
    expect: { applicationType: 'native', scope: both },
  },
  {
    name: 'Claude.ai and Claude Desktop, by their document',
    recordedFrom: ['anthropics/claude-ai-mcp#518'],
    assumed: 'the members of the document beside redirect_uris',
    registration: {
      by: 'document',
      id: claudeAi,
      document: { client_id: claudeAi, client_name: 'Claude', client_uri: 'https://claude.ai', logo_uri: 'https://claude.ai/favicon.ico', redirect_uris: callbacks, token_endpoint_auth_method: 'none', ...codeGrants },
    },
    auth: 'none',
    redirects: callbacks,
    authorization: { scope: both, resource: 'exact' },
    token: { resource: 'exact' },
    expect: { scope: both, loopbackOnly: false },
  },
  {
    name: 'Claude.ai and Claude Desktop, registered twice, with a secret',
    recordedFrom: ['anthropics/claude-ai-mcp#667', 'anthropics/claude-ai-mcp#966', 'twentyhq/twenty#19858', 'brendanlong/lion-reader#986'],
    registration: { by: 'registration', times: 2, body: { client_name: 'Claude', redirect_uris: [callbacks[0]], token_endpoint_auth_method: 'client_secret_post', scope: both, ...codeGrants } },
    auth: 'client_secret_post',
    redirects: [callbacks[0]!],
    authorization: { scope: both, resource: 'exact' },
    token: { resource: 'exact' },
    expect: { applicationType: 'web', scope: both, loopbackOnly: false },
  },
];
