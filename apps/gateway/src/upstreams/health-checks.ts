import { identityHeader, type ServerRecord } from '@latchkey/contracts';
import type { Logger } from '@latchkey/telemetry';
import { metaKeys, modernVersions } from '../message/era.ts';
import { failureOfError, failureOfStatus } from './failure-of.ts';
import type { Upstream } from './upstream.ts';
import type { Upstreams } from './upstreams.ts';

const timeoutMs = 5000;
/** Checks under way at once */
const atOnce = 16;

const version = modernVersions[0];
/** Opens no session on a server of either era. What is answered does not matter, a refusal of the credential included. */
const question = JSON.stringify({
  jsonrpc: '2.0', id: 'latchkey-health', method: 'server/discover',
  params: { _meta: { [metaKeys.protocolVersion]: version, [metaKeys.clientCapabilities]: {} } },
});

export interface HealthChecksOptions {
  servers(): readonly ServerRecord[];
  upstreams: Pick<Upstreams, 'server' | 'known'>;
  /** An assertion in the gateway's own name, for upstreams that answer nobody without one */
  assertion(upstream: Upstream): Promise<string>;
  logger: Logger;
  intervalMs?: number;
}

/**
 * Asks servers for a sign of life: those that seem down, so that no caller has to try first, and those whose registration wants it while
 * nobody calls them.
 */
export class HealthChecks {
  private timer: NodeJS.Timeout | undefined;
  private readonly underWay = new Map<Upstream, Promise<void>>();

  constructor(private readonly options: HealthChecksOptions) {}

  start(): void {
    this.timer = setInterval(() => this.round(), this.options.intervalMs ?? 1000).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.underWay.values());
  }

  round(): void {
    for (const server of this.options.servers()) {
      if (this.underWay.size >= atOnce) return;
      const upstream = this.dueOf(server);
      if (upstream === null || this.underWay.has(upstream)) continue;
      const check = this.check(upstream).finally(() => void this.underWay.delete(upstream));
      this.underWay.set(upstream, check);
    }
  }

  private dueOf(server: ServerRecord): Upstream | null {
    const known = this.options.upstreams.known(server);
    if (known?.health.isDown === true) return known.health.refuses() === null ? known : null;
    const seconds = server.settings?.healthChecks?.intervalSeconds ?? null;
    if (seconds === null || known?.health.isSilentFor(seconds * 1000) === false) return null;
    return this.options.upstreams.server(server);
  }

  private async check(upstream: Upstream): Promise<void> {
    const { health, pool, path, settings, name } = upstream;
    const before = health.isDown;
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const { statusCode, body } = await pool.request({
        path, method: 'POST', signal, body: question,
        headers: {
          ...settings?.headers, 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'accept-encoding': 'identity',
          'mcp-protocol-version': version, 'mcp-method': 'server/discover', [identityHeader]: await this.options.assertion(upstream),
        },
      });
      await body.dump({ limit: 64 * 1024, signal }).catch(() => undefined);
      const failure = failureOfStatus(statusCode);
      if (failure === null) health.succeeded();
      else health.failed(failure);
    } catch (error) {
      health.failed(failureOfError(error));
    }
    if (before && !health.isDown) this.options.logger.info({ server: name }, 'a server answers again');
  }
}
