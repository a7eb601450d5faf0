import type { FeedPosition, FeedState } from '@latchkey/feed';
import { holdsWhatWasPublished, type PublishedTo, readPublishedTo, unpublishAll } from './epoch.ts';
import type { RelayOptions } from './options.ts';
import { publishPending } from './publish-pending.ts';

/** A stream that is replaced more often than this during one drain is left to the next. */
const rounds = 5;

/**
 * Brings the outbox to the feed.
 * @param trusted  epoch that an earlier drain ended with: its stream is not looked at before publishing, only after
 * @returns a position at which the feed holds everything that was committed before the call
 * @throws when Postgres or the feed is away; nothing is lost by it
 */
export async function drainOutbox(options: RelayOptions, trusted: string | null): Promise<FeedPosition> {
  const { dataSource, feed, writer } = options;
  for (let round = 1; round <= rounds; round++) {
    // Read before anything is published, so that what another relay adds meanwhile cannot look like a stream that runs backwards.
    const known = await readPublishedTo(dataSource);
    if (known.epoch !== trusted && (await startOver(options, known, await feed.position(writer)))) continue;
    trusted = known.epoch;
    const sameStream = await publishPending(options, known.epoch);
    const state = await feed.position(writer);
    if (sameStream && !(await startOver(options, known, state))) return { epoch: state.epoch, sequence: state.sequence };
  }
  throw new Error(`The stream of ${writer} keeps changing`);
}

/** @returns whether the stream has lost what was published, so that everything is unpublished now */
async function startOver({ dataSource, writer, logger }: RelayOptions, known: PublishedTo, state: FeedState): Promise<boolean> {
  if (await holdsWhatWasPublished(dataSource, known, state)) return false;
  const count = await unpublishAll(dataSource, known, state);
  const another = state.epoch !== known.epoch;
  // Another stream is the normal beginning of a feed in memory; a stream that lost messages is not normal anywhere.
  if (count > 0) logger[another ? 'info' : 'warn']({ writer, count, another }, 'the stream lacks what was published; everything is published again');
  return true;
}
