import { AuditTrail, type TrailConsumer, type TrailPage, type TrailSource } from '@latchkey/feed';

/** Of the way of audit events what the service that tells them has of it: pages of bytes. What becomes of them is another process's work. */
export class ToldTrail extends AuditTrail {
  bytes = 0;

  override send(_source: TrailSource, { bytes }: TrailPage): Promise<void> {
    this.bytes += bytes.length;
    return Promise.resolve();
  }

  override consume(): Promise<TrailConsumer> {
    return Promise.reject(new Error('nobody reads here what was told'));
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }
}
