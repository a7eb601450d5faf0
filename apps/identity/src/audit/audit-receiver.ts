import { AuditTrail, type TrailConsumer } from '@latchkey/feed';
import { Injectable, Optional, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { IngestEvents } from './ingest-events.ts';

/** Takes in what the other services did, for as long as this one runs. */
@Injectable()
export class AuditReceiver implements OnApplicationBootstrap, OnApplicationShutdown {
  private consumer: TrailConsumer | undefined;

  constructor(
    private readonly ingest: IngestEvents,
    @Optional() private readonly trail?: AuditTrail,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.consumer = await this.trail?.consume((batch) => this.ingest.run(batch));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.consumer?.stop();
  }
}
