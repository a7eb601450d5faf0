import type { FeedMessage } from '@latchkey/contracts';
import type { EntityManager } from 'typeorm';
import { beginGeneration } from './generation.ts';
import { markPublished, type Acknowledged } from './mark-published.ts';
import type { RelayOptions } from './options.ts';
import { batchSize, readOutbox, type OutboxState } from './read-outbox.ts';

/** One message that the feed refuses keeps no other of its batch from going out. */
async function publishAll({ feed, writer }: RelayOptions, messages: readonly FeedMessage[]): Promise<{ acknowledged: Acknowledged[]; failure: unknown }> {
  const results = await Promise.allSettled(messages.map(async (message) => ({ message, ...(await feed.publish(writer, message)) })));
  return {
    acknowledged: results.filter((result) => result.status === 'fulfilled').map(({ value }) => value),
    failure: results.find((result) => result.status === 'rejected')?.reason,
  };
}

/**
 * Publishes what is pending in `begin`, and everything else that was committed before that moment. Rows that another relay may be
 * publishing are taken too: when this is over they have reached the feed, whoever brought them there.
 * @returns a later moment, in which all of that is published; null when another generation has begun
 * @throws what the feed threw; everything it acknowledged is marked by then
 */
export async function publishPending(options: RelayOptions, manager: EntityManager, begin: OutboxState): Promise<OutboxState | null> {
  const { logger, writer } = options;
  const unmarked: FeedMessage[] = [];
  for (let state = begin; ; ) {
    const { acknowledged, failure } = await publishAll(options, state.pending);
    if (acknowledged.length > 0) {
      // What is stored after `state` was read gets a higher sequence than all that was acknowledged before, or the stream has lost its end.
      const backwards = acknowledged.some(({ stored, sequence }) => stored && sequence <= state.sequence);
      if (backwards) {
        const sequence = Math.max(...acknowledged.map((one) => one.sequence));
        await beginGeneration(manager, state.generation, { epoch: state.epoch, sequence });
        logger.warn({ writer, acknowledged: state.sequence, sequence }, 'the stream has run backwards; everything is published again');
        return null;
      }
      const marked = await markPublished(manager, state, acknowledged);
      if (marked === null) return null;
      unmarked.push(...acknowledged.map(({ message }) => message).filter(({ subject }) => !marked.includes(subject)));
    }
    if (failure !== undefined) throw failure;
    const next = await readOutbox(manager, unmarked);
    if (next.generation !== state.generation) return null;
    // A batch that was not full was all there was. What came since is for the next drain, or this one might never end.
    if (state.pending.length < batchSize || next.pending.length === 0) return next;
    state = next;
  }
}
