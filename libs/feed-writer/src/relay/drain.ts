import type { FeedState } from '@latchkey/feed';
import { beginGeneration } from './generation.ts';
import { inTurn } from './in-turn.ts';
import type { RelayOptions } from './options.ts';
import { publishPending } from './publish-pending.ts';
import { readOutbox, type OutboxState } from './read-outbox.ts';

/** A stream that is replaced more often than this during one drain is left to the next. */
const rounds = 5;

/**
 * Brings the outbox to the feed.
 * @param trusted  epoch that an earlier drain ended with: its stream is not looked at before publishing, only after
 * @returns a moment after the call, at which the feed holds everything that was committed before the call
 * @throws when Postgres or the feed is away; nothing is lost by it
 */
export async function drainOutbox(options: RelayOptions, trusted: string | null): Promise<OutboxState> {
  const { dataSource, feed, writer } = options;
  for (let round = 1; round <= rounds; round++) {
    // Read before anything is published, so that what another relay adds meanwhile cannot look like a stream that runs backwards.
    const before = await readOutbox(dataSource.manager);
    if (before.epoch !== trusted && (await startOver(options, before, await feed.position(writer)))) continue;
    trusted = before.epoch;
    const after = before.pending.length === 0 ? before : await inTurn(dataSource, (manager) => publishPending(options, manager, before.generation));
    if (after !== null && !(await startOver(options, after, await feed.position(writer)))) return after;
  }
  throw new Error(`The stream of ${writer} keeps changing`);
}

/**
 * @param known  read before `state`: a stream that holds less now has lost something
 * @returns whether it has, so that everything is to be published again
 */
async function startOver({ dataSource, writer, logger }: RelayOptions, known: OutboxState, state: FeedState): Promise<boolean> {
  const another = state.epoch !== known.epoch;
  if (!another && state.sequence >= known.sequence && state.messages >= known.subjects) return false;
  const begun = await beginGeneration(dataSource.manager, known.generation, state);
  const { subjects } = known;
  // Another stream is the normal beginning of a feed in memory; a stream that lost messages is not normal anywhere.
  if (begun && subjects > 0) logger[another ? 'info' : 'warn']({ writer, subjects, another }, 'the stream lacks what was published; everything is published again');
  return true;
}
