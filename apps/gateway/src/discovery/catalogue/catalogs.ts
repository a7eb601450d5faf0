import type { Catalogue } from './catalogue.ts';
import { cardType, cardUrl } from './server-card.ts';

export const aiCatalogType = 'application/ai-catalog+json';
export const linksetType = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"';

/** AI catalog. Drafts differ about two names of the same thing, so both are there. */
export function aiCatalog(catalogue: Catalogue): object {
  const { domain, platform, servers } = catalogue;
  return {
    specVersion: '1.0',
    host: { displayName: 'Latchkey', identifier: domain },
    entries: [platform, ...servers].map((entry) => ({
      identifier: `urn:air:${domain}:mcp:${entry.slug}`, type: cardType, mediaType: cardType, displayName: entry.title, description: entry.description, url: cardUrl(entry),
    })),
  };
}

/** RFC 9727, in the linkset of RFC 9264. */
export function apiCatalog({ gatewayUrl, issuer, management }: Catalogue): object {
  const documentation = [{ href: `${gatewayUrl}/llms.txt`, type: 'text/markdown' }, { href: `${gatewayUrl}/auth.md`, type: 'text/markdown' }];
  return {
    linkset: [
      { anchor: management, 'service-desc': [{ href: `${gatewayUrl}/openapi.json`, type: 'application/json' }], 'service-doc': documentation, status: [{ href: `${gatewayUrl}/readyz`, type: 'application/json' }] },
      { anchor: issuer, 'service-meta': [{ href: `${issuer}/.well-known/oauth-authorization-server`, type: 'application/json' }], status: [{ href: `${issuer}/readyz`, type: 'application/json' }] },
    ],
  };
}
