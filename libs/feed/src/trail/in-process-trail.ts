import type { AuditEvent } from '@latchkey/contracts';
import { AuditTrail, batchTexts, type TrailConsumer, type TrailHandler, type TrailSource } from './audit-trail.ts';

/** The way within one process: what is published is kept once the handler has kept it. */
export class InProcessTrail extends AuditTrail {
  private readonly handlers = new Set<TrailHandler>();
  private readonly handling = new Set<Promise<void>>();

  override async publish(source: TrailSource, events: readonly AuditEvent[]): Promise<void> {
    const [handler] = this.handlers;
    if (handler === undefined) throw new Error('Nobody keeps audit events yet.');
    for (const { text } of batchTexts(events)) {
      const handled = handler({ source, payload: JSON.parse(text) as unknown });
      this.handling.add(handled);
      try {
        await handled;
      } finally {
        this.handling.delete(handled);
      }
    }
  }

  override consume(handler: TrailHandler): Promise<TrailConsumer> {
    const own: TrailHandler = (batch) => handler(batch);
    this.handlers.add(own);
    return Promise.resolve({
      stop: async () => {
        this.handlers.delete(own);
        await Promise.allSettled(this.handling);
      },
    });
  }

  override close(): Promise<void> {
    this.handlers.clear();
    return Promise.resolve();
  }
}
