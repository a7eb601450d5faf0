import { randomUUID } from 'node:crypto';
import { identityHeader, serverHealthPath, type ServerHealthReport } from '@latchkey/contracts';
import type { Logger } from '@latchkey/telemetry';
import type { AssertionSigner } from '../assertion/assertion-signer.ts';
import type { Upstream } from './upstream.ts';
import type { Upstreams } from './upstreams.ts';

const timeoutMs = 2000;
const lookMs = 1000;
/** Identity forgets what it is not told again. */
const repeatMs = 30_000;
const maxServers = 1000;

type Told = ServerHealthReport['servers'][number];

export interface HealthReportsOptions {
  gatewayUrl: string;
  upstreams: Pick<Upstreams, 'seen'>;
  identity: Upstream;
  assertions: AssertionSigner;
  logger: Logger;
  nowMs(): number;
  intervalMs?: number;
}

const at = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** Tells identity how servers are, as this gateway sees it: at once where one goes down or comes back, and of all of them now and then. */
export class HealthReports {
  private readonly gateway = randomUUID();
  private readonly told = new Map<string, { state: string; atMs: number }>();
  private running: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private failing = false;

  constructor(private readonly options: HealthReportsOptions) {}

  start(): void {
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.round());
    }, this.options.intervalMs ?? lookMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async round(): Promise<void> {
    const servers = this.due();
    if (servers.length === 0) return;
    try {
      await this.send({ gateway: this.gateway, servers });
      for (const { id, state } of servers) this.told.set(id, { state, atMs: this.options.nowMs() });
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.options.logger.warn({ err: error }, 'the health of servers cannot be told; it is told once it can');
      this.failing = true;
    }
  }

  private due(): Told[] {
    const nowMs = this.options.nowMs();
    const due: Told[] = [];
    const all = new Set<string>();
    for (const { id, state, failures, open, lastSuccessAtMs, lastFailureAtMs, lastFailure } of this.options.upstreams.seen()) {
      all.add(id);
      const told = this.told.get(id);
      if (due.length >= maxServers || state === 'unknown' || (told?.state === state && nowMs - told.atMs < repeatMs)) continue;
      due.push({ id, state, failures, open, lastSuccessAt: at(lastSuccessAtMs), lastFailureAt: at(lastFailureAtMs), lastFailure });
    }
    for (const id of this.told.keys()) if (!all.has(id)) this.told.delete(id);
    return due;
  }

  private async send(report: ServerHealthReport): Promise<void> {
    const { gatewayUrl, identity, assertions } = this.options;
    const assertion = await assertions.sign({ sub: gatewayUrl, aud: identity.audience, scope: '', credential: { kind: 'gateway', id: 'gateway' } });
    const { statusCode, body } = await identity.pool.request({
      path: serverHealthPath, method: 'POST', signal: AbortSignal.timeout(timeoutMs), body: JSON.stringify(report),
      headers: { 'content-type': 'application/json', accept: 'application/json', [identityHeader]: assertion },
    });
    await body.dump();
    if (statusCode !== 204) throw new Error(`identity answered ${statusCode}`);
  }
}
