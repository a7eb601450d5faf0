import type { Writer } from '@latchkey/contracts';
import { NatsFeed } from '@latchkey/feed';
import { openPostgres } from '@latchkey/postgres';
import { createLogger } from '@latchkey/telemetry';
import { announceRestore, type RestoreReport } from './announce-restore.ts';

/** The same for a command of the operator's, on connections of its own. */
export async function announceRestoreOf(writer: Writer, { databaseUrl, natsUrl }: { databaseUrl: string; natsUrl: string }): Promise<RestoreReport> {
  const logger = createLogger(`${writer} restored`, 'silent');
  const dataSource = await openPostgres({ url: databaseUrl, schema: writer, entities: [], migrations: [] });
  try {
    const feed = await NatsFeed.connect({ servers: natsUrl, name: `${writer} restored`, logger });
    try {
      return await announceRestore({ dataSource, feed, writer, logger });
    } finally {
      await feed.close();
    }
  } finally {
    await dataSource.destroy();
  }
}
