import type { Logger } from '@latchkey/telemetry';
import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';

/** Work that comes around again and again: never twice at once in this process, and a failure is told once an outage. */
export abstract class Rounds implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private failing = false;

  protected constructor(
    private readonly what: string,
    private readonly intervalMs: number,
    private readonly logger: Logger,
  ) {}

  /** One round; several replicas may be at it at the same time. */
  abstract run(): Promise<unknown>;

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.round());
    }, this.intervalMs).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async round(): Promise<void> {
    try {
      await this.run();
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn({ err: error }, `${this.what} failed; it is tried again`);
      this.failing = true;
    }
  }
}
