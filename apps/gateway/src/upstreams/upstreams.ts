import type { ServerRecord, ServerTls } from '@latchkey/contracts';
import type { Logger } from '@latchkey/telemetry';
import type { buildConnector } from 'undici';
import type { ManagementService } from './management-routes.ts';
import { createUpstream, type Upstream } from './upstream.ts';
import type { SeenHealth, UpstreamHealth } from './upstream-health.ts';

/** How long what is open at a server that is gone may take to end. */
const drainMs = 30_000;

export interface UpstreamsOptions {
  services: Record<ManagementService, Upstream>;
  connect(tls: ServerTls | undefined): buildConnector.connector;
  health(): UpstreamHealth;
  logger: Logger;
  drainMs?: number;
}

interface Known {
  record: ServerRecord;
  /** What the connections rest on: another one takes new connections. */
  way: string;
  upstream: Upstream;
}

const wayOf = ({ url, settings }: ServerRecord): string => (settings?.tls === undefined ? url : `${url} ${JSON.stringify(settings.tls)}`);

/** The pools of all upstreams: MCP servers as they are registered at the moment, and our own two services. */
export class Upstreams {
  private readonly servers = new Map<string, Known>();
  private readonly draining = new Map<Upstream, NodeJS.Timeout>();

  constructor(private readonly options: UpstreamsOptions) {}

  service(name: ManagementService): Upstream {
    return this.options.services[name];
  }

  // Hot path: a record that was seen before costs one lookup.
  /** @returns null for a registered URL that cannot be forwarded to */
  server(record: ServerRecord): Upstream | null {
    const known = this.servers.get(record.slug);
    if (known?.record === record) return known.upstream;
    const way = wayOf(record);
    if (known?.way === way) {
      known.record = record;
      known.upstream.settings = record.settings;
      return known.upstream;
    }
    this.retire(record.slug);
    const { slug, url, settings } = record;
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return null;
    const { connect, health } = this.options;
    const upstream = createUpstream({ name: slug, url, audience: url, connect: connect(settings?.tls), health: health(), settings });
    this.servers.set(slug, { record, way, upstream });
    return upstream;
  }

  /** The upstream of a server that this gateway has had to do with. */
  known({ slug }: ServerRecord): Upstream | undefined {
    return this.servers.get(slug)?.upstream;
  }

  *seen(): Generator<SeenHealth & { id: string; open: number }> {
    for (const { record, upstream } of this.servers.values()) yield { id: record.id, open: upstream.open, ...upstream.health.seen() };
  }

  /** The server is gone or lives elsewhere: nothing new begins, and what is open has a while to end. */
  retire(slug: string): void {
    const known = this.servers.get(slug);
    if (known === undefined) return;
    this.servers.delete(slug);
    const { upstream } = known;
    upstream.retired = true;
    this.draining.set(upstream, setTimeout(() => this.end(upstream, 'destroy'), this.options.drainMs ?? drainMs).unref());
    this.end(upstream, 'close');
  }

  async close(): Promise<void> {
    for (const timer of this.draining.values()) clearTimeout(timer);
    const all = [...Object.values(this.options.services), ...this.draining.keys(), ...[...this.servers.values()].map(({ upstream }) => upstream)];
    await Promise.allSettled(all.map(({ pool }) => pool.destroy()));
  }

  private end(upstream: Upstream, how: 'close' | 'destroy'): void {
    const ended = how === 'close' ? upstream.pool.close() : upstream.pool.destroy();
    ended.catch((error: unknown) => this.options.logger.warn({ err: error, server: upstream.name }, 'a retired upstream did not close')).finally(() => {
      clearTimeout(this.draining.get(upstream));
      this.draining.delete(upstream);
    });
  }
}
