import type { Logger } from '@latchkey/telemetry';
import type { DataSource, EntityManager } from 'typeorm';

export interface DueRow {
  id: string;
  sealed: Buffer;
  /** That failed before this one. */
  attempts: number;
  /** Queued for longer than anybody still waits for. */
  stale: boolean;
}

export interface DueRowsOptions {
  dataSource: DataSource;
  table: 'mails' | 'account_requests';
  logger: Logger;
  /** Rows worked on at once by this process. */
  lanes: number;
  /** Does what the row asks for, and disposes of it, in the transaction that holds it. */
  work: (row: DueRow, manager: EntityManager) => Promise<void>;
  /** Disposes of a row that has failed for a whole day. */
  giveUp: (row: DueRow, manager: EntityManager, error: unknown) => Promise<void>;
}

const pollMs = 500;

/**
 * A queue in a table. A row is locked while it is worked on and passed over by everybody else, so any number of replicas share one; the
 * lock of a process that was killed is gone with its connection, and the row is as it was. What fails is tried again after 15 s, 30 s, a
 * minute, up to an hour, for a day.
 */
export class DueRows {
  private timer: NodeJS.Timeout | undefined;
  private readonly running = new Set<Promise<void>>();
  private stopped = false;

  constructor(private readonly options: DueRowsOptions) {}

  start(): void {
    this.timer = setInterval(() => this.look(), pollMs).unref();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await Promise.all(this.running);
  }

  private look(): void {
    while (this.running.size < this.options.lanes) {
      const lane: Promise<void> = this.drain()
        .catch((error: unknown) => this.options.logger.warn({ err: error, table: this.options.table }, 'the queue could not be read; it is tried again'))
        .finally(() => this.running.delete(lane));
      this.running.add(lane);
    }
  }

  private async drain(): Promise<void> {
    while (!this.stopped && (await this.takeOne()));
  }

  /** @returns whether there was one */
  private async takeOne(): Promise<boolean> {
    const { dataSource, table } = this.options;
    return dataSource.transaction(async (manager) => {
      const rows = await manager.query<DueRow[]>(
        `SELECT id, sealed, attempts, created_at < clock_timestamp() - interval '1 day' AS stale FROM ${table}
         WHERE due_at <= clock_timestamp()${table === 'mails' ? ' AND expires_at IS NULL' : ''} ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
      );
      const row = rows[0];
      if (row === undefined) return false;
      try {
        // A savepoint: what a failed attempt has written is taken back, and the row is still held.
        await manager.transaction((inner) => this.options.work(row, inner));
      } catch (error) {
        await this.failed(row, manager, error);
      }
      return true;
    });
  }

  private async failed(row: DueRow, manager: EntityManager, error: unknown): Promise<void> {
    const { table, logger, giveUp } = this.options;
    if (row.stale) return giveUp(row, manager, error);
    logger.warn({ err: error, table, row: row.id, attempts: row.attempts + 1 }, 'a queued row failed; it is tried again');
    await manager.query(
      `UPDATE ${table} SET attempts = attempts + 1, due_at = clock_timestamp() + make_interval(secs => least(3600, 15 * 2 ^ least(attempts, 10))) WHERE id = $1`,
      [row.id],
    );
  }
}
