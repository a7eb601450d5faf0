import { streamNames } from '@latchkey/contracts';
import type { Published } from '@latchkey/feed';
import type { RelayOptions } from './options.ts';
import type { Pending } from './read-outbox.ts';

/** Publishes one record, and tells followers which request wrote it, where that was traced and this process traces too. */
export async function publishTraced({ feed, writer, tracing }: RelayOptions, { replaces, traceparent, again: _, ...message }: Pending): Promise<Published> {
  if (tracing === undefined || traceparent === null) return feed.publish(writer, message, replaces ?? undefined);
  const { kind } = message.record;
  const span = tracing.span(`publish ${kind}`, {
    kind: 'producer', parent: traceparent, attributes: { 'messaging.system': 'latchkey-feed', 'messaging.destination.name': streamNames[writer], 'latchkey.record.kind': kind },
  });
  let failed = true;
  try {
    const published = await feed.publish(writer, message, replaces ?? undefined, span.traceparent);
    failed = false;
    return published;
  } finally {
    span.end(failed);
  }
}
