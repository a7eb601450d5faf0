import { issuerMetadataPlaces, readChallenge, resourceMetadataPlaces, scopeTokens, speaksFor } from '@latchkey/oauth';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { UpstreamFetch } from './upstream-fetch.ts';

/** What an upstream says is wrong, or does not say; for our log, and for nobody else. */
export class UpstreamOauthError extends Error {
  override name = 'UpstreamOauthError';
}

const resourceMetadataSchema = z.looseObject({ resource: z.string(), authorization_servers: z.array(z.string()).min(1).optional(), scopes_supported: z.array(z.string()).optional() });
const serverMetadataSchema = z.looseObject({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  registration_endpoint: z.string().optional(),
  revocation_endpoint: z.string().optional(),
  code_challenge_methods_supported: z.array(z.string()).optional(),
  scopes_supported: z.array(z.string()).optional(),
  client_id_metadata_document_supported: z.boolean().optional(),
});
export type ServerMetadata = z.infer<typeof serverMetadataSchema>;

export interface Discovered {
  server: ServerMetadata;
  /** What the upstream asks for, where nobody else said */
  scopes: string[];
  /** RFC 8707: as the resource calls itself */
  resource: string;
}

interface Found {
  issuer: string;
  scopes: string[] | null;
  resource: string;
}

/** Finds the authorization server of an upstream (GW-85). Every URL on the way is a stranger's. */
@Injectable()
export class DiscoverUpstream {
  constructor(private readonly upstream: UpstreamFetch) {}

  /** @param issuer  where it was said beforehand @throws UpstreamOauthError */
  async run(resource: string, issuer: string | null): Promise<Discovered> {
    const found = issuer === null ? await this.fromResource(resource) : { issuer, scopes: null, resource };
    const server = await this.server(found.issuer);
    return { server, scopes: found.scopes ?? [], resource: found.resource };
  }

  /** @throws UpstreamOauthError for metadata of another issuer, and for a server that does not know PKCE with S256 */
  async server(issuer: string): Promise<ServerMetadata> {
    for (const place of issuerMetadataPlaces(issuer)) {
      const document = serverMetadataSchema.safeParse(await this.json(place));
      if (!document.success) continue;
      // RFC 8414 section 3.3: byte for byte, or another server's answers could be taken for this one's.
      if (document.data.issuer !== issuer) throw new UpstreamOauthError(`the metadata at ${place} is of another issuer`);
      if (document.data.code_challenge_methods_supported?.includes('S256') !== true) throw new UpstreamOauthError(`${issuer} does not support PKCE with S256`);
      return document.data;
    }
    throw new UpstreamOauthError(`${issuer} has no metadata`);
  }

  /** The place that the challenge names, then the path, then the root. */
  private async fromResource(resource: string): Promise<Found> {
    const challenge = await this.challenge(resource);
    const places = [...(challenge.resourceMetadata === null ? [] : [challenge.resourceMetadata]), ...resourceMetadataPlaces(resource)];
    for (const place of places) {
      const document = resourceMetadataSchema.safeParse(await this.json(place));
      if (!document.success) continue;
      const { resource: told, authorization_servers: servers, scopes_supported: scopes } = document.data;
      if (!speaksFor(told, resource)) throw new UpstreamOauthError(`the metadata at ${place} is of another resource`);
      const [issuer] = servers ?? [];
      if (issuer === undefined || !URL.canParse(issuer)) throw new UpstreamOauthError(`the metadata at ${place} names no authorization server`);
      return { issuer, resource: told, scopes: challenge.scope === null ? (scopes ?? null) : scopeTokens(challenge.scope) };
    }
    // Before 2025-06-18 a server was its own authorization server and had no such metadata.
    return { issuer: new URL(resource).origin, resource, scopes: challenge.scope === null ? null : scopeTokens(challenge.scope) };
  }

  private async challenge(resource: string): Promise<ReturnType<typeof readChallenge>> {
    const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const answer = await this.upstream.fetch(resource, { method: 'POST', headers, body: ping }).catch(() => null);
    await answer?.body?.cancel().catch(() => undefined);
    return readChallenge(answer?.status === 401 ? answer.headers.get('www-authenticate') : null);
  }

  private async json(url: string): Promise<unknown> {
    try {
      const answer = await this.upstream.fetch(url, { headers: { accept: 'application/json' } });
      const text = await answer.text();
      return answer.status === 200 ? (JSON.parse(text) as unknown) : null;
    } catch {
      // Not there, not JSON, or a place that must not be asked: the next one may be.
      return null;
    }
  }
}
