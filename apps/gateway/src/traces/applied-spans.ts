import { streamNames, writerOf } from '@latchkey/contracts';
import type { DeliveredMessage } from '@latchkey/feed';
import type { Tracing } from '@latchkey/telemetry';

/**
 * A span of each traced change that has arrived here, linked to who wrote it: any number of gateways apply it, at a time of their own, and
 * whoever wrote it waits for none of them.
 */
export function appliedSpans(tracing: Tracing): (message: DeliveredMessage, beganAtMs: number) => void {
  return ({ record, traceparent }, beganAtMs) => {
    const { kind } = record;
    const attributes = { 'messaging.system': 'latchkey-feed', 'messaging.destination.name': streamNames[writerOf[kind]], 'latchkey.record.kind': kind } as const;
    tracing.span(`apply ${kind}`, { kind: 'consumer', link: traceparent, startedAtMs: beganAtMs, attributes }).end();
  };
}
