import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '@latchkey/contracts';
import { TrailPages, type AuditTrail, type TrailPage } from '@latchkey/feed';
import type { Logger } from '@latchkey/telemetry';
import type { AuditMetrics } from '../metrics/audit-metrics.ts';
import { sameness, type Act } from './act.ts';
import { writeEntry } from './write-entry.ts';
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
/** Put into words together: one after the other they cost a third. Later, more of them would have outlived a collection, each with what it refers to. */
const batchSize = 32;
/** How many that differ wait for more that say the same: all of a flood put into words at once would hold callers up. */
const mostRefusals = 200;

/** A gateway has no database: what it did is in memory for a moment, then with identity. What is lost on the way is counted, and told. */
export class AuditNotes {
  private readonly pages = new TrailPages();
  /** Not written down yet */
  private acts: Act[] = [];
  /** Those that say the same are one entry. */
  private readonly refusals = new Map<string, { act: Act; times: number }>();
  /** Told, and not yet known to have arrived: the same pages go out again, so that what is on them is kept once. */
  private pending: TrailPage[] = [];
  /** How many entries are on those pages */
  private untold = 0;
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
    if (lost !== undefined) this.write(this.gap(lost));
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.round());
    }, intervalMs).unref();
  }

  /** Hot path: nobody is waited for, and little is made of an act while a caller waits. */
  note(act: Act): void {
    if (act.outcome === 'refused') return this.noteRefusal(act);
    if (this.waiting >= this.limit) return this.drop();
    if (this.acts.push(act) >= batchSize) this.writeActs();
  }

  private writeActs(): void {
    const { acts } = this;
    this.acts = [];
    for (const act of acts) writeEntry(this.pages, act);
  }

  private noteRefusal(act: Act): void {
    const key = sameness(act);
    const same = this.refusals.get(key);
    if (same !== undefined) same.times += 1;
    else if (this.waiting >= this.limit) this.drop();
    else {
      if (this.refusals.size >= mostRefusals) this.writeRefusals();
      this.refusals.set(key, { act, times: 1 });
    }
  }

  private writeRefusals(): void {
    const refusals = [...this.refusals.values()];
    this.refusals.clear();
    for (const { act, times } of refusals) writeEntry(this.pages, act, times);
  }

  /** Tells what is left, once. What cannot be told is lost with the process, and the next one says how much that was. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
    await this.round();
    // What was noted meanwhile; where nothing could be told, once was enough.
    if (!this.failing) await this.round();
    this.options.mark?.close(this.instance, this.waiting + this.dropped);
  }

  private get waiting(): number {
    return this.acts.length + this.pages.events + this.refusals.size + this.untold;
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
      if (this.pending.length === 0) this.pending = this.next();
      for (let [page] = this.pending; page !== undefined; [page] = this.pending) {
        await trail.send('gateway', page);
        metrics.count('told', page.events);
        this.pending.shift();
        this.untold -= page.events;
        this.pages.reuse(page);
      }
      if (this.failing) logger.info('audit events are told again');
      this.failing = false;
    } catch (error) {
      // Once an outage.
      if (!this.failing) logger.warn({ err: error }, 'audit events cannot be told; they are kept as far as there is room');
      this.failing = true;
    }
  }

  /** All that waits, written down; and if some did not fit, how many. */
  private next(): TrailPage[] {
    this.writeActs();
    this.writeRefusals();
    if (this.dropped > 0) this.write(this.gap({ reason: 'overflow', instance: this.instance, since: this.droppedSince, events: this.dropped }));
    this.dropped = 0;
    this.untold = this.pages.events;
    return this.pages.take();
  }

  private write(event: AuditEvent): void {
    this.pages.add(event.id, JSON.stringify(event));
  }

  private gap(details: AuditEvent['details']): AuditEvent {
    return {
      id: randomUUID(), at: new Date().toISOString(), service: 'gateway', org: null, actor: { kind: 'service', id: 'gateway' }, credential: null,
      action: 'audit.gap', target: null, outcome: 'failed', code: null, address: null, requestId: null, details,
    };
  }
}
