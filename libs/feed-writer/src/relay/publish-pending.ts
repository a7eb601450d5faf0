import type { FeedMessage } from '@latchkey/contracts';
import { beginGeneration } from './generation.ts';
import { markPublished, type Acknowledged } from './mark-published.ts';
import type { RelayOptions } from './options.ts';
import { outbidRivals } from './outbid-rivals.ts';
import { publishTraced } from './publish-traced.ts';
import { batchSize, readOutbox, type OutboxState, type Pending } from './read-outbox.ts';
import type { Turn } from './turn.ts';

/** Whoever else publishes to a subject more often than this during one drain is left to the next. */
const maxRivalries = 5;

/** One message that the feed refuses keeps no other of its batch from going out. */
async function publishAll(options: RelayOptions, pending: readonly Pending[]): Promise<{ acknowledged: Acknowledged[]; failure: unknown }> {
  const results = await Promise.allSettled(
    pending.map(async (one) => {
      const { subject, version, record } = one;
      return { message: { subject, version, record }, ...(await publishTraced(options, one)) };
    }),
  );
  return {
    acknowledged: results.filter((result) => result.status === 'fulfilled').map(({ value }) => value),
    failure: results.find((result) => result.status === 'rejected')?.reason,
  };
}

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
      // What is stored after `state` was read gets a higher sequence than all that was acknowledged before, or the stream has lost its end.
      if (acknowledged.some(({ stored, sequence }) => stored && sequence <= state.sequence)) {
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
