import type { AuditEvent } from '@latchkey/contracts';
import { TrailPages, type TrailPage } from './trail-pages.ts';

/** Services whose acts are kept by another one. */
export const trailSources = ['keys', 'gateway'] as const;
export type TrailSource = (typeof trailSources)[number];

/** What arrived, and from whom: the source is what the way itself vouches for, whatever the events say. */
export interface TrailBatch {
  source: TrailSource;
  /** Not looked at in any way */
  payload: unknown;
}

/** What it throws means "not kept": the batch comes again. */
export type TrailHandler = (batch: TrailBatch) => Promise<void>;

export interface TrailConsumer {
  /** Takes no more, and waits for what is being handled. */
  stop(): Promise<void>;
}

/** The way of audit events from the services that keep no log to the one that does. Each arrives at least once; order means nothing. */
export abstract class AuditTrail {
  /**
   * Hands over events; resolves only when they are where they outlive this process.
   * @throws when the way is closed; the caller keeps them and tries again
   */
  async publish(source: TrailSource, events: readonly AuditEvent[]): Promise<void> {
    const pages = new TrailPages();
    for (const event of events) pages.add(event.id, JSON.stringify(event));
    for (const page of pages.take()) await this.send(source, page);
  }

  /** The same for events that are written down already. A page that is sent again because its answer was lost counts once. */
  abstract send(source: TrailSource, page: TrailPage): Promise<void>;

  /** Handles what arrives, together with all others who do so: each batch reaches one of them. It survives the loss of the way. */
  abstract consume(handler: TrailHandler): Promise<TrailConsumer>;

  abstract close(): Promise<void>;
}
