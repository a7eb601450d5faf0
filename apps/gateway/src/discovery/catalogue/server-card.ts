import { resourceMetadataUrl } from '@latchkey/oauth';
import type { Catalogue, Entry } from './catalogue.ts';

export const cardType = 'application/mcp-server-card+json';
export const cardUrl = ({ url }: Entry): string => `${url}/server-card`;

/** A name in reverse DNS with one slash, as registries of servers have it. */
const nameOf = ({ domain }: Catalogue, { slug }: Entry): string => `${domain.replace(/^\[|\]$/g, '').split('.').toReversed().join('.')}/${slug}`;

/** Server card (SEP-2127, draft): who is there and how it is reached. Tools and sign-in are for the server and its metadata to tell. */
export function serverCard(catalogue: Catalogue, entry: Entry): object {
  return {
    $schema: 'https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json',
    name: nameOf(catalogue, entry),
    version: entry.version,
    title: entry.title,
    description: entry.description,
    remotes: [{ type: 'streamable-http', url: entry.url, ...(entry.protocolVersions === null ? {} : { supportedProtocolVersions: entry.protocolVersions }) }],
  };
}

/** The card of an older draft, for scanners that look for it; it describes the platform's own server. Which tools there are depends on who asks. */
export function oldServerCard({ platform }: Catalogue): object {
  return {
    $schema: 'https://static.modelcontextprotocol.io/schemas/mcp-server-card/v1.json',
    version: '1.0',
    legacy: true,
    protocolVersion: platform.protocolVersions?.[0],
    serverInfo: { name: platform.slug, title: platform.title, version: platform.version },
    description: platform.description,
    transport: { type: 'streamable-http', endpoint: new URL(platform.url).pathname, url: platform.url },
    authentication: { required: true, schemes: ['bearer', 'oauth2'], resourceMetadata: resourceMetadataUrl(platform.url) },
    tools: 'dynamic',
  };
}
