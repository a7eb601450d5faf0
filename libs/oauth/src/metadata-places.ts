/** Where the metadata of a protected resource can be: below its path, then at the root (MCP, "Protected Resource Metadata Discovery Requirements"). */
export function resourceMetadataPlaces(resource: string): string[] {
  const { origin, pathname } = new URL(resource);
  const name = '/.well-known/oauth-protected-resource';
  const path = pathname.replace(/\/$/, '');
  return path === '' ? [`${origin}${name}`] : [`${origin}${name}${path}`, `${origin}${name}`];
}

/** Where the metadata of an authorization server can be, in the order of MCP: RFC 8414, OpenID Connect with the path behind, then before. */
export function issuerMetadataPlaces(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const [oauth, oidc] = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];
  return path === '' ? [`${origin}${oauth}`, `${origin}${oidc}`] : [`${origin}${oauth}${path}`, `${origin}${oidc}${path}`, `${origin}${path}${oidc}`];
}

/** Whether metadata that calls itself `told` may speak for `resource`: same origin, and the resource at or below its path (RFC 9728 section 3.3). */
export function speaksFor(told: string, resource: string): boolean {
  if (!URL.canParse(told)) return false;
  const [a, b] = [new URL(told), new URL(resource)];
  const below = (path: string): string => (path.endsWith('/') ? path : `${path}/`);
  return a.origin === b.origin && below(b.pathname).startsWith(below(a.pathname));
}
