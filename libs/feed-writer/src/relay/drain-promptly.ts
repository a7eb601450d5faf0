import type { FeedPosition } from '@latchkey/feed';
import { hadBefore, hasRunBackwards } from './has-run-backwards.ts';
import { markPublished } from './mark-published.ts';
import type { RelayOptions } from './options.ts';
import { publishAll } from './publish-all.ts';
import { batchSize, readPending } from './read-outbox.ts';
import { Turn } from './turn.ts';

/**
 * Brings to the feed what was committed a moment ago, in two trips to Postgres: what is asked here, for each change, is not what the stream holds in all.
 * Nothing that is out of the ordinary is dealt with here, as that wants to know.
 * @param trusted  epoch of the stream that the last whole drain saw
 * @param tell  is called when the feed has it, and Postgres is about to be told
 * @returns a position by which the feed holds everything that was committed before the call; null: a whole drain has to see to it
 * @throws when Postgres or the feed is away; nothing is lost by it
 */
export function drainPromptly(options: RelayOptions, trusted: string, tell: () => void): Promise<FeedPosition | null> {
  return Turn.during(options.dataSource, async (turn) => {
    let before = await readPending(turn);
    if (before.pending.length > 0 && !turn.isTaken) {
      // Whoever had it has published meanwhile, most of the time the very same.
      await turn.wait();
      before = await readPending(turn);
    }
    const { epoch, pending } = before;
    if (epoch !== trusted || pending.length === 0 || pending.length >= batchSize) return null;
    const { acknowledged, failure } = await publishAll(options, pending);
    // What the feed has acknowledged is published again by a whole drain, which the feed takes for the same.
    if (failure !== undefined) throw failure;
    if (acknowledged.some(({ rival }) => rival !== null) || hasRunBackwards(before, acknowledged) || hadBefore(before, acknowledged).length > 0) return null;
    tell();
    const [marked] = await Promise.all([markPublished(turn.manager, before, acknowledged), turn.isTaken ? turn.end() : undefined]);
    // Rows that a transaction held are pending still, and published already.
    return marked === null ? null : { epoch, sequence: Math.max(before.sequence, ...acknowledged.map(({ sequence }) => sequence)) };
  });
}
