import type { Acknowledged } from './mark-published.ts';
import type { RelayOptions } from './options.ts';
import { publishTraced } from './publish-traced.ts';
import type { Pending } from './read-outbox.ts';

/** One message that the feed refuses keeps no other of its batch from going out. */
export async function publishAll(options: RelayOptions, pending: readonly Pending[]): Promise<{ acknowledged: Acknowledged[]; failure: unknown }> {
  const results = await Promise.allSettled(
    pending.map(async (one) => {
      const { subject, version, record, again } = one;
      return { message: { subject, version, record }, again, ...(await publishTraced(options, one)) };
    }),
  );
  return {
    acknowledged: results.filter((result) => result.status === 'fulfilled').map(({ value }) => value),
    failure: results.find((result) => result.status === 'rejected')?.reason,
  };
}
