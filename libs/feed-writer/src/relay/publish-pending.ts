import type { FeedMessage } from '@latchkey/contracts';
import { beginGeneration } from './generation.ts';
import { hadBefore, hasRunBackwards, standsInPlaceOfAnother } from './has-run-backwards.ts';
import { markPublished } from './mark-published.ts';
import type { RelayOptions } from './options.ts';
import { outbidRivals } from './outbid-rivals.ts';
import { publishAll } from './publish-all.ts';
import { batchSize, readOutbox, type OutboxState } from './read-outbox.ts';
import type { Turn } from './turn.ts';

/** Whoever else publishes to a subject more often than this during one drain is left to the next. */
const maxRivalries = 5;

/**
 * Publishes everything that was committed before the call. Rows that another relay may be publishing are taken too: when this is over they
 * have reached the feed, whoever brought them there.
 * @param before  read after the call began; it has taken the turn, if that was free
 * @returns a moment after that; null when another generation has begun
 * @throws what the feed threw; everything it acknowledged is marked by then
 */
export async function publishPending(options: RelayOptions, turn: Turn, before: OutboxState): Promise<OutboxState | null> {
  const { logger, writer, revive = false } = options;
  const { manager } = turn;
  const { generation } = before;
  const unmarked: FeedMessage[] = [];
  /** Left alone: the stream says of each that it has ended. */
  const ended: FeedMessage[] = [];
  let rivalries = 0;
  // Whoever had the turn has published meanwhile, most of the time the very same; where it was free, `before` is as good as new.
  let known = turn.isTaken ? before : undefined;
  if (known === undefined) await turn.wait();
  for (let complete = false; ; ) {
    const state = known ?? (await readOutbox(manager, { acknowledged: [...unmarked, ...ended] }));
    if (state.generation !== generation) return null;
    // What came since the last batch is for the next drain, or this one might never end.
    if (complete || state.pending.length === 0) {
      if (ended.length > 0) throw new Error(`The stream says that ${ended.length} of what lives here has ended, such as ${ended[0]?.subject}: this database is older than the stream; see "restored:${writer}"`);
      return state;
    }
    const { acknowledged: all, failure } = await publishAll(options, state.pending);
    const acknowledged = all.filter(({ rival }) => rival === null);
    known = undefined;
    if (acknowledged.length > 0) {
      if (hasRunBackwards(state, acknowledged) || (await standsInPlaceOfAnother(manager, state, hadBefore(state, acknowledged)))) {
        const sequence = Math.max(...acknowledged.map((one) => one.sequence));
        await beginGeneration(manager, generation, { epoch: state.epoch, sequence });
        logger.warn({ writer, acknowledged: state.sequence, sequence }, 'the stream has run backwards; everything is published again');
        return null;
      }
      // What is there by then is asked in the same trip, and asked again where somebody kept a row from being marked.
      const [marked, after] = await Promise.all([markPublished(manager, state, acknowledged), readOutbox(manager)]);
      if (marked === null) return null;
      const isMarked = new Set(marked);
      unmarked.push(...acknowledged.map(({ message }) => message).filter(({ subject }) => !isMarked.has(subject)));
      if (acknowledged.length === state.pending.length && unmarked.length + ended.length === 0) known = after;
    }
    if (failure !== undefined) throw failure;
    const rivals = all.filter(({ rival }) => rival !== null);
    if (rivals.length > 0) {
      const { raised, ended: left } = await outbidRivals(manager, rivals, revive);
      // Those that are left alone are not met again in this drain, however many they are.
      if (left.length < rivals.length && ++rivalries > maxRivalries) throw new Error(`The stream holds something else in the place of ${rivals.length} records`);
      ended.push(...rivals.map(({ message }) => message).filter(({ subject }) => left.includes(subject)));
      if (raised.length > 0) logger.error({ writer, raised }, 'the stream held what Postgres knows nothing of; these records were given a higher version');
    }
    complete = rivals.length === 0 && state.pending.length < batchSize;
  }
}
