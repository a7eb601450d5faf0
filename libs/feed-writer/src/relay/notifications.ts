import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@latchkey/telemetry';
import pg from 'pg';

const retryMs = { first: 100, most: 5000 };

/**
 * Listens on a connection of its own for what `stage` notifies at commit, and connects again for as long as it is not stopped. What is
 * missed meanwhile is found by the relay's sweep; every new connection counts as a notification.
 */
export class Notifications {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly url: () => string,
    private readonly channel: string,
    private readonly onNotification: () => void,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    for (let waitMs = retryMs.first; !signal.aborted; waitMs = Math.min(waitMs * 2, retryMs.most)) {
      try {
        await this.listen(() => (waitMs = retryMs.first));
      } catch (error) {
        this.logger.warn({ channel: this.channel, reason: error instanceof Error ? error.message : 'unknown' }, 'not listening for staged records; the sweep goes on');
      }
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @throws when the connection cannot be made or is lost; returns once stopped */
  private async listen(connected: () => void): Promise<void> {
    const { signal } = this.stopping;
    const client = new pg.Client({ connectionString: this.url(), application_name: 'latchkey-relay', connectionTimeoutMillis: 5000, keepAlive: true });
    const ended = new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      client.on('error', reject);
      client.on('end', () => reject(new Error('The connection ended')));
    });
    // It may end before anybody waits for it.
    ended.catch(() => undefined);
    client.on('notification', this.onNotification);
    try {
      await client.connect();
      await client.query(`LISTEN ${pg.escapeIdentifier(this.channel)}`);
      connected();
      this.onNotification();
      if (!signal.aborted) await ended;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
