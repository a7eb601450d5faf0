import type { Writer } from '@latchkey/contracts';
import type { ConsumerInfo, ConsumerMessages, ConsumerNotification, JetStreamClient, JetStreamManager, JsMsg } from '@nats-io/jetstream';
import type { Delivery } from '../delivery.ts';
import { streamCheck } from './stream-check.ts';
import { streamState } from './stream.ts';

export interface ConsumeOptions {
  client: JetStreamClient;
  manager: JetStreamManager;
  writer: Writer;
  delivery: Delivery;
  consumer: ConsumerInfo;
  signal: AbortSignal;
}

/** What the library reports when the server no longer knows the consumer, or no longer speaks of it. */
const fatal: ReadonlySet<ConsumerNotification['type']> = new Set([
  'heartbeats_missed', 'consumer_deleted', 'consumer_not_found', 'stream_not_found', 'no_responders',
]);

const checkMs = 1000;

/**
 * Reads a fresh consumer until it is stopped, or can no longer be trusted: heartbeats missing, a gap, another stream behind the same
 * name, or a stream that is ahead while nothing arrives (a consumer may die without any sign of it).
 * @returns why it ended
 */
export async function consume({ client, manager, writer, delivery, consumer, signal }: ConsumeOptions): Promise<string> {
  let end: (reason: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => (end = resolve));
  const stop = (): void => end('stopped');
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();

  let received = 0;
  let open = true;
  const messages = await client.consumers.getConsumerFromInfo(consumer).consume({
    expires: 30_000,
    idle_heartbeat: 500,
    max_messages: 500,
    abort_on_missing_resource: true,
    callback: (message: JsMsg) => {
      if (!open) return;
      received += 1;
      if (message.info.deliverySequence !== received) {
        open = false;
        return end('a message is missing');
      }
      delivery.deliver({ sequence: message.seq, subject: message.subject, text: message.string(), traceparent: message.headers?.get('traceparent') || undefined });
    },
  });
  void messages.closed().then((error) => end(error instanceof Error ? error.message : 'closed'));
  void watch(messages, end);
  const check = setInterval(streamCheck(() => streamState(manager, writer), delivery, end), checkMs);
  try {
    return await ended;
  } finally {
    open = false;
    clearInterval(check);
    signal.removeEventListener('abort', stop);
    messages.stop();
    // Unreachable or gone, it ends by itself after its time of inactivity.
    void manager.consumers.delete(consumer.stream_name, consumer.name).catch(() => undefined);
  }
}

async function watch(messages: ConsumerMessages, end: (reason: string) => void): Promise<void> {
  for await (const notification of messages.status()) if (fatal.has(notification.type)) end(notification.type);
}
