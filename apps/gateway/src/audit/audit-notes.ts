import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '@latchkey/contracts';
import type { AuditTrail } from '@latchkey/feed';
import type { Logger } from '@latchkey/telemetry';
import type { AuditMetrics } from '../metrics/audit-metrics.ts';
import { eventOf, sameness, type Act } from './act.ts';
import type { GapMark } from './gap-mark.ts';

export interface AuditNotesOptions {
  trail: AuditTrail;
  metrics: AuditMetrics;
  logger: Logger;
  /** Remembers over a crash that something was lost; without it, a crash leaves no trace of what it took. */
  mark?: GapMark | undefined;
  /** How many acts wait at most */
  limit?: number;
}

const intervalMs = 250;
/** What is put into words at once; callers are served in between. */
const batchSize = 200;

/** A gateway has no database: what it did is in memory for a moment, then with identity. What is lost on the way is counted, and told. */
export class AuditNotes {
  private waiting: Act[] = [];
  /** Told, and not yet known to have arrived: the same events go out again, so that they are kept once. */
  private pending: AuditEvent[] = [];
  private dropped = 0;
  private droppedSince = '';
  private failing = false;
  private running: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private readonly instance = randomUUID();
  private readonly limit: number;

  constructor(private readonly options: AuditNotesOptions) {
    this.limit = options.limit ?? 20_000;
  }

  start(): void {
    const lost = this.options.mark?.open(this.instance);
    if (lost !== undefined) this.pending.push(this.gap(lost));
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.round());
    }, intervalMs).unref();
  }

  // Hot path: a comparison and a push. Nothing is made of an act, and nobody is waited for, while a caller waits.
  note(act: Act): void {
    if (this.waiting.length >= this.limit) return this.drop();
    this.waiting.push(act);
  }

  /** Tells what is left, once. What cannot be told is lost with the process, and the next one says how much that was. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
    await this.round();
    // What was noted meanwhile; where nothing could be told, once was enough.
    if (!this.failing) await this.round();
    this.options.mark?.close(this.instance, this.waiting.length + this.pending.length + this.dropped);
  }

  private drop(): void {
    if (this.dropped === 0) this.droppedSince = new Date().toISOString();
    this.dropped += 1;
    this.options.metrics.count('dropped', 1);
  }

  private async round(): Promise<void> {
    const { trail, metrics, logger } = this.options;
    try {
      // What comes meanwhile waits for the next round: told at once, each turn of a busy event loop would be a message of its own.
      let left = this.waiting.length;
      while (this.pending.length > 0 || left > 0 || this.dropped > 0) {
        if (this.pending.length === 0) {
          this.pending = this.next();
          left -= batchSize;
        }
        await trail.publish('gateway', this.pending);
        metrics.count('told', this.pending.length);
        this.pending = [];
        if (left > 0) await new Promise((resolve) => setImmediate(resolve));
      }
      if (this.failing) logger.info('audit events are told again');
      this.failing = false;
    } catch (error) {
      // Once an outage.
      if (!this.failing) logger.warn({ err: error }, 'audit events cannot be told; they are kept as far as there is room');
      this.failing = true;
    }
  }

  /** The next acts as events; and if some did not fit before, first how many. */
  private next(): AuditEvent[] {
    const acts = this.waiting.slice(0, batchSize);
    this.waiting = this.waiting.slice(batchSize);
    const gaps = this.dropped === 0 ? [] : [this.gap({ reason: 'overflow', instance: this.instance, since: this.droppedSince, events: this.dropped })];
    this.dropped = 0;
    const refusals = new Map<string, { act: Act; times: number }>();
    const events: AuditEvent[] = [];
    for (const act of acts) {
      if (act.outcome !== 'refused') {
        events.push(eventOf(act, 1));
        continue;
      }
      const key = sameness(act);
      const same = refusals.get(key);
      if (same === undefined) refusals.set(key, { act, times: 1 });
      else same.times += 1;
    }
    return [...gaps, ...events, ...[...refusals.values()].map(({ act, times }) => eventOf(act, times))];
  }

  private gap(details: AuditEvent['details']): AuditEvent {
    return {
      id: randomUUID(), at: new Date().toISOString(), service: 'gateway', org: null, actor: { kind: 'service', id: 'gateway' }, credential: null,
      action: 'audit.gap', target: null, outcome: 'failed', code: null, address: null, requestId: null, details,
    };
  }
}
