import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@latchkey/telemetry';

type Close = () => unknown;

/** What has been opened, to be closed in the opposite order, once, each within its time. */
export class Closing {
  readonly #steps: { name: string; close: Close; timeoutMs: number }[] = [];
  #done: Promise<void> | undefined;

  constructor(private readonly logger: Logger) {}

  add(name: string, close: Close, timeoutMs = 5000): void {
    this.#steps.push({ name, close, timeoutMs });
  }

  close(): Promise<void> {
    return (this.#done ??= this.#closeAll());
  }

  async #closeAll(): Promise<void> {
    for (const { name, close, timeoutMs } of this.#steps.reverse()) {
      try {
        const late = sleep(timeoutMs, 'late' as const, { ref: false });
        if ((await Promise.race([close(), late])) === 'late') this.logger.warn(`${name} does not close; going on without it`);
      } catch (error) {
        this.logger.error({ err: error }, `${name} did not close well`);
      }
    }
  }
}
