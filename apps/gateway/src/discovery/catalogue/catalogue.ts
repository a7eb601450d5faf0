import type { ServerRecord } from '@latchkey/contracts';
import { resources } from '@latchkey/oauth';
import { legacyVersions, modernVersions } from '../../message/era.ts';

/** An MCP server as the public may know it. */
export interface Entry {
  slug: string;
  title: string;
  description: string;
  url: string;
  version: string;
  /** Where we know: what a server speaks is its own to say. */
  protocolVersions: readonly string[] | null;
}

/** What every document of discovery is made of (DISC-01). It says nothing that its reader could not find out, and opens nothing. */
export interface Catalogue {
  gatewayUrl: string;
  issuer: string;
  /** Host of the gateway */
  domain: string;
  management: string;
  platform: Entry;
  servers: readonly Entry[];
}

const entryOf = ({ slug, name, revision }: ServerRecord, gatewayUrl: string): Entry => ({
  slug, title: name, description: `${name}, behind a Latchkey gateway`.slice(0, 100), url: resources(gatewayUrl).server(slug), version: `1.0.${revision ?? 1}`, protocolVersions: null,
});

/** A server is in it only where its administrators say that it is listed. */
export const isListed = ({ settings, deletedAt }: ServerRecord): boolean => settings?.listed === true && deletedAt === null;

export function catalogueOf(gatewayUrl: string, issuer: string, servers: readonly ServerRecord[]): Catalogue {
  const { platform, management } = resources(gatewayUrl);
  return {
    gatewayUrl, issuer, management, domain: new URL(gatewayUrl).hostname,
    platform: {
      slug: 'latchkey', title: 'Latchkey', description: 'Servers, keys, members and the audit log of a Latchkey gateway, as tools', url: platform, version: '1.0.0',
      protocolVersions: [...modernVersions, ...legacyVersions.toReversed()],
    },
    servers: servers.filter(isListed).map((server) => entryOf(server, gatewayUrl)).sort((one, other) => (one.slug < other.slug ? -1 : 1)),
  };
}
