import { Injectable } from '@nestjs/common';
import * as client from 'openid-client';
import { Envelope } from '../../encryption/envelope.ts';
import type { ConnectionEntity } from '../definitions/connection.entity.ts';
import { DiscoverUpstream, UpstreamOauthError, type Discovered, type ServerMetadata } from './discover.ts';
import { UpstreamFetch } from './upstream-fetch.ts';

const metadataMs = 600_000;
const remembered = 200;
const timeoutSeconds = 5;

/** A client at one authorization server. */
export interface UpstreamClient {
  issuer: string;
  id: string;
  secret: string | null;
}

/** This deployment in the role of an OAuth client of upstreams; all of the protocol is `openid-client`'s. */
@Injectable()
export class UpstreamClients {
  private readonly known = new Map<string, { server: Promise<ServerMetadata>; untilMs: number }>();

  constructor(
    private readonly discover: DiscoverUpstream,
    private readonly upstream: UpstreamFetch,
    private readonly envelope: Envelope,
  ) {}

  /** The client that a connection has; null where one is still to be registered. A client is of one issuer and is shown to no other (GW-85). */
  async of(row: ConnectionEntity): Promise<Omit<UpstreamClient, 'issuer'> | null> {
    const { id, org, oauth, sealedClient } = row;
    if (oauth?.clientId === null || oauth?.clientId === undefined) return null;
    const secret = sealedClient === null ? null : (await this.envelope.open({ table: 'connections', id, org }, sealedClient)).toString();
    return { id: oauth.clientId, secret };
  }

  /** A client that is known by its document (Client ID Metadata Documents), where the server takes such, and ours can be read: it is at identity, beside the redirect URI. */
  byDocument({ issuer, client_id_metadata_document_supported: supported }: ServerMetadata, redirectUri: string): UpstreamClient | null {
    if (supported !== true || !redirectUri.startsWith('https:')) return null;
    return { issuer, id: new URL('client', redirectUri).href, secret: null };
  }

  /** RFC 7591. @throws UpstreamOauthError where the server registers nobody */
  async register({ server }: Discovered, redirectUri: string): Promise<UpstreamClient> {
    if (server.registration_endpoint === undefined) throw new UpstreamOauthError(`${server.issuer} registers no clients, and none was given`);
    const metadata = {
      client_name: 'Latchkey', redirect_uris: [redirectUri], grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
      token_endpoint_auth_method: methodOf(server), application_type: redirectUri.startsWith('https:') ? 'web' : 'native',
    };
    const answer = await this.upstream.fetch(server.registration_endpoint, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json' }, body: JSON.stringify(metadata) });
    const body = (await answer.json().catch(() => ({}))) as { client_id?: unknown; client_secret?: unknown };
    if (answer.status >= 300 || typeof body.client_id !== 'string' || body.client_id === '') throw new UpstreamOauthError(`${server.issuer} did not register us: ${answer.status}`);
    return { issuer: server.issuer, id: body.client_id, secret: typeof body.client_secret === 'string' ? body.client_secret : null };
  }

  async configuration({ issuer, id, secret }: UpstreamClient): Promise<client.Configuration> {
    const server = await this.server(issuer);
    const configuration = new client.Configuration(server as unknown as client.ServerMetadata, id, {}, secret === null ? client.None() : authentication(server, secret));
    configuration[client.customFetch] = this.upstream.fetch as unknown as client.CustomFetch;
    configuration.timeout = timeoutSeconds;
    // Which URLs may be plain http is decided where they are fetched.
    client.allowInsecureRequests(configuration);
    return configuration;
  }

  private server(issuer: string): Promise<ServerMetadata> {
    const found = this.known.get(issuer);
    if (found !== undefined && found.untilMs > Date.now()) return found.server;
    const server = this.discover.server(issuer);
    this.known.delete(issuer);
    this.known.set(issuer, { server, untilMs: Date.now() + metadataMs });
    server.catch(() => this.known.delete(issuer));
    const [oldest] = this.known.keys();
    if (this.known.size > remembered && oldest !== undefined) this.known.delete(oldest);
    return server;
  }
}

/** The default of RFC 8414 is basic; a server that names only others gets what it names. */
function methodOf({ token_endpoint_auth_methods_supported: methods }: ServerMetadata): string {
  const supported = Array.isArray(methods) ? (methods as unknown[]) : ['client_secret_basic'];
  return ['none', 'client_secret_basic', 'client_secret_post'].find((method) => supported.includes(method)) ?? 'client_secret_basic';
}

const authentication = ({ token_endpoint_auth_methods_supported: methods }: ServerMetadata, secret: string): client.ClientAuth =>
  !Array.isArray(methods) || methods.includes('client_secret_basic') ? basic(secret) : client.ClientSecretPost(secret);

/**
 * RFC 6749 section 2.3.1 has id and secret encoded, and many servers do not decode them. What needs no encoding is left as it is, so that the usual ids,
 * which have hyphens and dots, read the same to both kinds.
 */
const basic = (secret: string): client.ClientAuth => (_server, { client_id: id }, _body, headers) => {
  headers.set('authorization', `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`);
};
