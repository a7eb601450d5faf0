/** An http(s) URL taken apart as it is written: what a parser would tidy up (dots, back-slashes, spaces) is still there. */
const written = /^https?:\/\/[^/?#\\\s]+(?<path>\/[^?#]*)?$/i;

/**
 * The one spelling of a resource indicator (RFC 8707 section 2): lower-case scheme and host, no default port, no slash at the end. Paths are
 * compared, never resolved: one that climbs out of itself is refused and not tidied up into another resource.
 * @returns null for what is no absolute http(s) URL or carries a fragment, credentials or a query
 */
export function canonicalResource(text: string): string | null {
  if (text.length > 2048 || !URL.canParse(text)) return null;
  const path = written.exec(text)?.groups?.['path'] ?? '/';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.search !== '' || text.includes('#')) return null;
  if (url.pathname !== path || path.endsWith('//') || !written.test(text)) return null;
  return `${url.origin}${path.replace(/\/$/, '')}`;
}

/** Resource identifiers of a deployment: they come from its configured public URL, never from a Host header (GW-10). */
export const resources = (gatewayUrl: string) => ({
  server: (slug: string) => `${gatewayUrl}/mcp/${slug}`,
  platform: `${gatewayUrl}/mcp`,
  management: `${gatewayUrl}/v1`,
});

/** Where RFC 9728 section 3.1 puts the metadata of a resource: the well-known part goes between host and path. */
export function resourceMetadataUrl(resource: string): string {
  const url = new URL(resource);
  return `${url.origin}/.well-known/oauth-protected-resource${url.pathname === '/' ? '' : url.pathname}`;
}
