import { randomUUID } from 'node:crypto';
import type { Use, UsageReport } from '@latchkey/contracts';
import type { Logger } from '@latchkey/telemetry';
import type { Principal } from '../credentials/principal.ts';
import type { Exchange } from '../proxy/exchange.ts';

export interface UsageNotesOptions {
  /** Tells keys. Rejects where it may not have arrived; the same report is told again then. */
  send(report: UsageReport): Promise<void>;
  logger: Logger;
  nowMs(): number;
  intervalMs?: number;
  /** How many different uses wait at most */
  limit?: number;
}

const maxUses = 5000;
const harmless = /^[\p{L}\p{N}_.:/-]{1,128}$/u;
const dayMs = 24 * 3600 * 1000;

function count(use: Use, nowMs: number): void {
  use.calls += 1;
  use.lastUsedAt = Math.floor(nowMs / 1000);
}

/**
 * What keys are used for, added up until it is told: last use and counts are no more than 15 seconds behind here. Uses are lost with the
 * process, and past the bound only the tool goes uncounted before the use itself does: what is counted here decides nothing.
 */
export class UsageNotes {
  private uses = new Map<string, Use>();
  /** The last use of each caller: hot path, most do the same again. */
  private last = new WeakMap<Principal, Use>();
  /** Told, and not yet known to have arrived */
  private pending: UsageReport[] = [];
  private today = { number: -1, name: '' };
  private failing = false;
  private running: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private readonly limit: number;

  constructor(private readonly options: UsageNotesOptions) {
    this.limit = options.limit ?? 50_000;
  }

  start(): void {
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.round());
    }, this.options.intervalMs ?? 15_000).unref();
  }

  // Hot path: a lookup and an addition. Whatever was let through to an upstream is a use, of the key behind an exchanged token too.
  note({ principal, upstream, route, message, refusal }: Exchange): void {
    if (principal === undefined || route === undefined) return;
    if (upstream === undefined && (route.kind !== 'own' || refusal !== undefined)) return;
    const pat = principal.kind === 'pat' ? principal.id : principal.sourcePat;
    if (pat === null) return;
    const server = route.kind === 'mcp' ? route.server.slug : '';
    const called = message?.kind === 'request' && message.method === 'tools/call' ? message.params['name'] : undefined;
    const nowMs = this.options.nowMs();
    const last = this.last.get(principal);
    if (last !== undefined && last.server === server && last.tool === (called ?? '') && last.day === this.dayOf(nowMs)) return count(last, nowMs);
    const use = this.add(pat, server, typeof called === 'string' && harmless.test(called) ? called : '', nowMs);
    if (use !== undefined) this.last.set(principal, use);
  }

  /** Tells what is left, once. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
    await this.round();
  }

  private add(pat: string, server: string, tool: string, nowMs: number): Use | undefined {
    const day = this.dayOf(nowMs);
    const key = `${pat}\n${day}\n${server}\n${tool}`;
    const known = this.uses.get(key);
    if (known !== undefined) {
      count(known, nowMs);
      return known;
    }
    if (this.uses.size >= this.limit) return tool === '' ? undefined : this.add(pat, server, '', nowMs);
    const use = { pat, server, tool, day, calls: 1, lastUsedAt: Math.floor(nowMs / 1000) };
    this.uses.set(key, use);
    return use;
  }

  private dayOf(nowMs: number): string {
    const number = Math.floor(nowMs / dayMs);
    if (number !== this.today.number) this.today = { number, name: new Date(nowMs).toISOString().slice(0, 10) };
    return this.today.name;
  }

  private async round(): Promise<void> {
    if (this.pending.length === 0) this.pending = this.next();
    try {
      for (let report = this.pending[0]; report !== undefined; report = this.pending[0]) {
        await this.options.send(report);
        this.pending.shift();
      }
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.options.logger.warn({ err: error }, 'the use of keys cannot be told; it is kept as far as there is room');
      this.failing = true;
    }
  }

  private next(): UsageReport[] {
    const uses = [...this.uses.values()];
    this.uses = new Map();
    this.last = new WeakMap();
    const reports: UsageReport[] = [];
    for (let at = 0; at < uses.length; at += maxUses) reports.push({ id: randomUUID(), uses: uses.slice(at, at + maxUses) });
    return reports;
  }
}
