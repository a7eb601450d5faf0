import type { FeedMessage, Writer } from '@latchkey/contracts';
import { revives, type NatsFeed } from '@latchkey/feed';
import type { Logger } from '@latchkey/telemetry';
import type { DataSource } from 'typeorm';
import { beginRestored } from '../relay/generation.ts';
import { Relay } from '../relay/relay.ts';

export interface RestoreOptions {
  dataSource: DataSource;
  feed: NatsFeed;
  writer: Writer;
  logger: Logger;
}

export interface RestoreReport {
  /** What the restored database knows, and the feed now says */
  subjects: number;
  /** What only the lost time knew; the feed says nothing of it any more */
  forgotten: string[];
  /** What had ended in the lost time and is alive again: whoever restored may want to end it anew */
  revived: string[];
}

const atOnce = 32;

/**
 * Tells gateways that the database was restored from a backup. What only the lost time knew is taken from the feed, and everything that the
 * database says is published again, above whatever the feed has, in a generation that no gateway has seen: each builds its replica anew, and takes
 * nothing over but revocations. May be run while the service runs, and again.
 */
export async function announceRestore({ dataSource, feed, writer, logger }: RestoreOptions): Promise<RestoreReport> {
  await feed.prepare(writer);
  const known = new Map((await dataSource.query<Pick<FeedMessage, 'subject' | 'record'>[]>('SELECT subject, record FROM outbox')).map((row) => [row.subject, row.record]));
  const report: RestoreReport = { subjects: known.size, forgotten: [], revived: [] };
  const waiting = await feed.held(writer);
  const lookAt = async (subject: string): Promise<void> => {
    const present = known.get(subject);
    if (present === undefined) {
      if (await feed.forget(writer, subject)) report.forgotten.push(subject);
      return;
    }
    const stood = await feed.message(writer, subject);
    if (stood !== null && revives(present, stood.record)) report.revived.push(subject);
  };
  const worker = async (): Promise<void> => {
    for (let subject = waiting.pop(); subject !== undefined; subject = waiting.pop()) await lookAt(subject);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  await beginRestored(dataSource.manager, await feed.position(writer));
  const relay = new Relay({ dataSource, feed, writer, logger, drainMs: 600_000, revive: true });
  try {
    await relay.drain();
  } finally {
    await relay.stop();
  }
  return { subjects: report.subjects, forgotten: report.forgotten.sort(), revived: report.revived.sort() };
}
