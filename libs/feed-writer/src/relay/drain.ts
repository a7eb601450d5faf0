import type { FeedPosition } from '@latchkey/feed';
import { holdsWhatWasPublished, readPublishedTo, unpublishAll } from './epoch.ts';
import type { RelayOptions } from './options.ts';
import { publishPending } from './publish-pending.ts';

/** A stream that is replaced more often than this during one drain is left to the next. */
const rounds = 5;

/**
 * Brings the outbox to the feed.
 * @returns a position at which the feed holds everything that was committed before the call
 * @throws when Postgres or the feed is away; nothing is lost by it
 */
export async function drainOutbox(options: RelayOptions): Promise<FeedPosition> {
  const { dataSource, feed, writer, logger } = options;
  for (let round = 1; round <= rounds; round++) {
    // Read before anything is published, so that what another relay adds meanwhile cannot look like a stream that runs backwards.
    const known = await readPublishedTo(dataSource);
    const sameStream = await publishPending(options, known.epoch);
    const state = await feed.position(writer);
    if (!sameStream) continue;
    if (await holdsWhatWasPublished(dataSource, known, state)) return { epoch: state.epoch, sequence: state.sequence };
    const count = await unpublishAll(dataSource, known, state);
    if (count > 0) logger.warn({ writer, count }, 'the stream does not hold what was published; everything is published again');
  }
  throw new Error(`The stream of ${writer} keeps changing`);
}
