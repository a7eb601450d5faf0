import type { FeedState } from '@latchkey/feed';
import type { EntityManager } from 'typeorm';
import { beginGeneration } from './generation.ts';
import type { RelayOptions } from './options.ts';
import { publishPending } from './publish-pending.ts';
import { readOutbox, type OutboxState } from './read-outbox.ts';
import { Turn } from './turn.ts';

/** A stream that is replaced more often than this during one drain is left to the next. */
const rounds = 5;

/**
 * Brings the outbox to the feed.
 * @param trusted  epoch that an earlier drain ended with: its stream is not looked at before publishing, only after
 * @returns a moment after the call, at which the feed holds everything that was committed before the call
 * @throws when Postgres or the feed is away; nothing is lost by it
 */
export function drainOutbox(options: RelayOptions, trusted: string | null): Promise<OutboxState> {
  return Turn.during(options.dataSource, async (turn) => {
    const { feed, writer } = options;
    let trustedEpoch = trusted;
    for (let round = 1; round <= rounds; round++) {
      // Read before anything is published, so that what another relay adds meanwhile cannot look like a stream that runs backwards.
      const before = await readOutbox(turn.manager, { turn });
      if (before.epoch !== trustedEpoch && (await startOver(options, turn.manager, before, await feed.position(writer)))) continue;
      trustedEpoch = before.epoch;
      const after = before.pending.length === 0 ? before : await publishPending(options, turn, before);
      if (after !== null && !(await startOver(options, turn.manager, after, await feed.position(writer)))) return after;
    }
    throw new Error(`The stream of ${writer} keeps changing`);
  });
}

/**
 * @param known  read before `state`: a stream that holds less now has lost something
 * @returns whether it has, so that everything is to be published again
 */
async function startOver({ writer, logger }: RelayOptions, manager: EntityManager, known: OutboxState, state: FeedState): Promise<boolean> {
  const another = state.epoch !== known.epoch;
  if (!another && state.sequence >= known.sequence && state.messages >= known.subjects) return false;
  const begun = await beginGeneration(manager, known.generation, state);
  const { subjects } = known;
  // Another stream is the normal beginning of a feed in memory; a stream that lost messages is not normal anywhere.
  if (begun && subjects > 0) logger[another ? 'info' : 'warn']({ writer, subjects, another }, 'the stream lacks what was published; everything is published again');
  return true;
}
