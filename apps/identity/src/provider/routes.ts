/** Where the engine answers (CONTRACT); everything else belongs to Nest. */
export const routes = {
  authorization: '/oauth/authorize',
  token: '/oauth/token',
  registration: '/oauth/clients/register',
  revocation: '/oauth/revoke',
  introspection: '/oauth/introspect',
  userinfo: '/oauth/userinfo',
  pushed_authorization_request: '/oauth/par',
  device_authorization: '/oauth/device',
  end_session: '/oauth/end-session',
  jwks: '/.well-known/jwks.json',
} as const;

export const metadataPaths: ReadonlySet<string> = new Set(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']);

export const isEnginePath = (path: string): boolean => path.startsWith('/oauth/') || path === routes.jwks || metadataPaths.has(path);

export const isRegistrationPath = (path: string): boolean => path === routes.registration || path.startsWith(`${routes.registration}/`);
