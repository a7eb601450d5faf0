import { streamNames, type FeedMessage, type Writer } from '@latchkey/contracts';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import { nothing } from '../nothing.ts';
import { readMessage } from '../read-message.ts';

/** Every subject that the stream holds something of, what was forgotten among them. */
export async function heldSubjects(manager: JetStreamManager, writer: Writer): Promise<string[]> {
  const { state } = await manager.streams.info(streamNames[writer], { subjects_filter: `feed.${writer}.>` });
  return Object.keys(state.subjects ?? {});
}

/** @returns what the stream holds there; null where that is no message, or nothing */
export async function heldMessage(manager: JetStreamManager, writer: Writer, subject: string): Promise<FeedMessage | null> {
  const stored = await manager.streams.getMessage(streamNames[writer], { last_by_subj: subject });
  return stored === null ? null : (readMessage(writer, subject, stored.string()).message ?? null);
}

/** @returns whether something stood there */
export async function forgetSubject(client: JetStreamClient, manager: JetStreamManager, writer: Writer, subject: string): Promise<boolean> {
  const stored = await manager.streams.getMessage(streamNames[writer], { last_by_subj: subject });
  if (stored === null || stored.string() === nothing) return false;
  // Whoever publishes there at this moment is right, and this is not.
  await client.publish(subject, nothing, { expect: { streamName: streamNames[writer], lastSubjectSequence: stored.seq } });
  return true;
}
