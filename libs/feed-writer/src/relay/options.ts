import type { Writer } from '@latchkey/contracts';
import type { Feed } from '@latchkey/feed';
import type { Logger, Tracing } from '@latchkey/telemetry';
import type { DataSource } from 'typeorm';

export interface RelayOptions {
  /** Connected to the schema that holds the outbox. */
  dataSource: DataSource;
  feed: Feed;
  writer: Writer;
  logger: Logger;
  /** Without it nobody is told which request wrote what. */
  tracing?: Tracing | undefined;
  /** Whether what the stream says has ended is brought back where the database says that it lives; false when left out. */
  revive?: boolean;
  /** How often the outbox is looked at without being told to, and what the stream holds also where changes are published all the time; 250 when left out. */
  sweepMs?: number;
  /** How long whoever calls `drain` waits at most; 2000 when left out. */
  drainMs?: number;
}
