import { scopes as allScopes, slugSchema, type Scope } from '@latchkey/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { canonicalResource, managementScopes, mcpScopes, resources, workflowScopes } from '@latchkey/oauth';
import { currentRequest, RequestNote, type RequestFacts } from '@latchkey/service';
import { IDENTITY_ENV, type IdentityEnv } from '../env.ts';
import { FindServer } from '../servers/find-server.ts';

/** Something a token can be for. */
export interface Resource {
  kind: 'server' | 'platform' | 'management';
  /** The canonical identifier: the `aud` of its tokens. */
  resource: string;
  name: string;
  /** Where a server lives; null for our own resources, which every organization shares. */
  server: { slug: string; org: string; project: string } | null;
  /** Everything that may be asked for here. */
  scopes: readonly Scope[];
  /** What a request that names no scope is taken to mean (AS-33). */
  defaultScopes: readonly Scope[];
}

/** The closed list of what tokens can be for: registered servers, the platform's own MCP server, the management API. */
@Injectable()
export class Resources {
  private readonly names;
  /** By request: it ends with it. */
  private readonly read = new RequestNote<RequestFacts, Map<string, Promise<Resource | null>>>();

  constructor(
    private readonly servers: FindServer,
    @Inject(IDENTITY_ENV) private readonly env: IdentityEnv,
  ) {
    this.names = resources(env.LATCHKEY_GATEWAY_URL);
  }

  /** What a request that names no resource is taken to mean (AS-42). */
  get defaultResource(): string {
    return this.env.LATCHKEY_DEFAULT_RESOURCE ?? this.names.platform;
  }

  /** @param text  in any spelling; @returns null for what is not ours. Read once in a request, which asks for it several times. */
  async find(text: string): Promise<Resource | null> {
    const resource = canonicalResource(text);
    if (resource === null) return null;
    const request = currentRequest();
    if (request === undefined) return this.look(resource);
    const known = this.read.get(request) ?? new Map<string, Promise<Resource | null>>();
    this.read.set(request, known);
    const found = known.get(resource) ?? this.look(resource);
    known.set(resource, found);
    return found;
  }

  private async look(resource: string): Promise<Resource | null> {
    if (resource === this.names.platform) {
      return { kind: 'platform', resource, name: 'Latchkey', server: null, scopes: allScopes, defaultScopes: [...mcpScopes, ...managementScopes] };
    }
    if (resource === this.names.management) {
      const scopes = allScopes.filter((scope) => !scope.startsWith('mcp:'));
      return { kind: 'management', resource, name: 'Latchkey API', server: null, scopes, defaultScopes: managementScopes };
    }
    const slug = slugSchema.safeParse(resource.slice(this.names.server('').length));
    if (!slug.success || resource !== this.names.server(slug.data)) return null;
    const server = await this.servers.place(slug.data);
    if (server === null) return null;
    const place = { slug: server.slug, org: server.org, project: server.project };
    return { kind: 'server', resource, name: server.name, server: place, scopes: [...mcpScopes, ...workflowScopes], defaultScopes: mcpScopes };
  }
}
