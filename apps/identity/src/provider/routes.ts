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
  code_verification: '/device',
  end_session: '/oauth/end-session',
  jwks: '/.well-known/jwks.json',
} as const;

export const metadataPaths: ReadonlySet<string> = new Set(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']);

const exactPaths = new Set<string>([...Object.values(routes), ...metadataPaths, `${routes.end_session}/confirm`, `${routes.end_session}/success`]);
const belowPaths = [routes.authorization, routes.registration, routes.code_verification];

/**
 * Exact on purpose: the engine's router also takes other letter cases and a slash at the end, and by such a spelling a request would get
 * past the steps in front of it, which know one spelling only.
 */
export function isEnginePath(path: string): boolean {
  return exactPaths.has(path) || belowPaths.some((parent) => path.startsWith(`${parent}/`) && /^[^/]+$/.test(path.slice(parent.length + 1)));
}

/** For metrics: a path below one of them ends in an id. @returns `none` for a path that is not the engine's */
export function routeTemplate(path: string): string {
  if (!isEnginePath(path)) return 'none';
  return exactPaths.has(path) ? path : `${belowPaths.find((parent) => path.startsWith(`${parent}/`)) ?? ''}/:id`;
}

export const isRegistrationPath = (path: string): boolean => path === routes.registration || path.startsWith(`${routes.registration}/`);
