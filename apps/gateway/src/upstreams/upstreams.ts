import type { ServerRecord } from '@latchkey/contracts';
import type { Logger } from '@latchkey/telemetry';
import type { buildConnector } from 'undici';
import type { ManagementService } from './management-routes.ts';
import { createUpstream, type Upstream } from './upstream.ts';

/** The pools of all upstreams: MCP servers as they are registered at the moment, and our own two services. */
export class Upstreams {
  private readonly servers = new Map<string, { url: string; upstream: Upstream }>();

  constructor(
    private readonly services: Record<ManagementService, Upstream>,
    private readonly connect: buildConnector.connector,
    private readonly logger: Logger,
  ) {}

  service(name: ManagementService): Upstream {
    return this.services[name];
  }

  /** @returns null for a registered URL that cannot be forwarded to */
  server({ slug, url }: ServerRecord): Upstream | null {
    const known = this.servers.get(slug);
    if (known?.url === url) return known.upstream;
    this.retire(slug);
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return null;
    const upstream = createUpstream({ name: slug, url, audience: url, connect: this.connect });
    this.servers.set(slug, { url, upstream });
    return upstream;
  }

  /** The server is gone or lives elsewhere: what is open may end in its own time, nothing new begins. */
  retire(slug: string): void {
    const known = this.servers.get(slug);
    if (known === undefined) return;
    this.servers.delete(slug);
    known.upstream.pool.close().catch((error: unknown) => this.logger.warn({ err: error, server: slug }, 'a retired upstream did not close'));
  }

  async close(): Promise<void> {
    const all = [...Object.values(this.services), ...[...this.servers.values()].map(({ upstream }) => upstream)];
    await Promise.allSettled(all.map(({ pool }) => pool.destroy()));
  }
}
