import type { Acknowledged } from './mark-published.ts';
import type { RelayOptions } from './options.ts';
import { publishTraced } from './publish-traced.ts';
import type { OutboxMoment, Pending } from './read-outbox.ts';

/** One message that the feed refuses keeps no other of its batch from going out. */
export async function publishAll(options: RelayOptions, pending: readonly Pending[]): Promise<{ acknowledged: Acknowledged[]; failure: unknown }> {
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

/** What is stored after a moment was read gets a higher sequence than all that was acknowledged before it, or the stream has lost its end. */
export const hasRunBackwards = (before: Pick<OutboxMoment, 'sequence'>, acknowledged: readonly Acknowledged[]): boolean =>
  acknowledged.some(({ stored, sequence }) => stored && sequence <= before.sequence);
