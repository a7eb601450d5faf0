import type { ServerRecord } from '@latchkey/contracts';
import { openapiDocument } from '@latchkey/contracts/openapi';
import { managementScopes, mcpScopes, protectedResourceMetadata, resources } from '@latchkey/oauth';
import { Problem } from '@latchkey/problem';
import type { AssertionSigner } from '../assertion/assertion-signer.ts';
import { catalogueOf, type Catalogue } from './catalogue/catalogue.ts';
import type { IssuerDocuments } from './issuer-documents.ts';
import { render, type Rendered } from './send-document.ts';

export interface DiscoverySources {
  gatewayUrl: string;
  issuer: string;
  /** Slug of the one server that is described at the root, where there is one */
  defaultServer?: string | undefined;
  server(slug: string): ServerRecord | undefined;
  servers(): readonly ServerRecord[];
  /** Whether the absence of a server proves anything yet. */
  isReady(): boolean;
  issuerDocuments: IssuerDocuments;
  assertions: AssertionSigner;
}

/** The public documents, from configuration and replica; what a Host header says has no part in them (GW-10). */
export class DiscoveryDocuments {
  private described: Rendered | undefined;

  constructor(private readonly sources: DiscoverySources) {}

  /** RFC 9728 for one server (GW-11). @throws Problem `not_found` */
  server(slug: string): object {
    const { gatewayUrl, issuer } = this.sources;
    const server = this.sources.server(slug);
    if (server === undefined && !this.sources.isReady()) throw new Problem('state_stale', { headers: { 'retry-after': '1' } });
    if (server === undefined) throw new Problem('not_found', { headers: { 'access-control-allow-origin': '*' } });
    return protectedResourceMetadata({ resource: resources(gatewayUrl).server(slug), issuer, name: server.name, scopes: mcpScopes });
  }

  /**
   * RFC 9728 at the root, of the default server only: whoever takes another's from there gets a token for the wrong one, again and again (GW-12).
   * @throws Problem `not_found`
   */
  root(): object {
    const { defaultServer } = this.sources;
    if (defaultServer === undefined) throw new Problem('not_found', { headers: { 'access-control-allow-origin': '*' } });
    return this.server(defaultServer);
  }

  /** RFC 9728 for the management API. */
  management(): object {
    const { gatewayUrl, issuer } = this.sources;
    return protectedResourceMetadata({ resource: resources(gatewayUrl).management, issuer, name: 'Latchkey management API', scopes: managementScopes });
  }

  /** RFC 9728 for the platform's own MCP server. */
  platform(): object {
    const { gatewayUrl, issuer } = this.sources;
    return protectedResourceMetadata({ resource: resources(gatewayUrl).platform, issuer, name: 'Latchkey', scopes: managementScopes });
  }

  /** Where this is, and who signs in here. */
  place(): Pick<DiscoverySources, 'gatewayUrl' | 'issuer'> {
    return this.sources;
  }

  /** What is here for everybody to know. @throws Problem `state_stale` while that is not known yet */
  catalogue(): Catalogue {
    const { gatewayUrl, issuer } = this.sources;
    if (!this.sources.isReady()) throw new Problem('state_stale', { headers: { 'retry-after': '1' } });
    return catalogueOf(gatewayUrl, issuer, this.sources.servers());
  }

  /** The issuer's own metadata, unchanged: only clients that skip RFC 9728 look for it here. */
  issuer(name: 'oauth-authorization-server' | 'openid-configuration'): Promise<object> {
    return this.sources.issuerDocuments.metadata(name);
  }

  /** What upstreams verify the inward assertion with (GW-82). */
  keys(): object {
    return this.sources.assertions.jwks();
  }

  /** The HTTP API in OpenAPI 3.1. Made once: it depends on nothing that changes, and is long. */
  openapi(): Rendered {
    const { gatewayUrl, issuer } = this.sources;
    return (this.described ??= render(openapiDocument({ gatewayUrl, issuer })));
  }
}
