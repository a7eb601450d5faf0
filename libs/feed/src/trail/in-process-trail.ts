import { AuditTrail, type TrailConsumer, type TrailHandler, type TrailSource } from './audit-trail.ts';
import type { TrailPage } from './trail-pages.ts';

/** The way within one process: what is published is kept once the handler has kept it. */
export class InProcessTrail extends AuditTrail {
  private readonly handlers = new Set<TrailHandler>();
  private readonly handling = new Set<Promise<void>>();

  override async send(source: TrailSource, { bytes }: TrailPage): Promise<void> {
    const [handler] = this.handlers;
    if (handler === undefined) throw new Error('Nobody keeps audit events yet.');
    const handled = handler({ source, payload: JSON.parse(bytes.toString('utf8')) as unknown });
    this.handling.add(handled);
    try {
      await handled;
    } finally {
      this.handling.delete(handled);
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
