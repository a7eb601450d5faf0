import { streamNames, type FeedMessage, type Writer } from '@latchkey/contracts';
import { JetStreamApiError, type JetStreamClient, type JetStreamManager } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import type { Published } from '../feed.ts';
import { readMessage } from '../read-message.ts';
import { rivalOf } from '../rival.ts';

/** JetStream error codes: the subject has moved on since we looked; of a cluster, where it is moving on at this moment. */
const wrongLastSequence = new Set([10071, 10164]);
const attempts = 5;

interface Stored {
  sequence: number;
  /** 0 when what is stored is no message, so that any may replace it. */
  version: number;
  text: string;
}

async function newest(manager: JetStreamManager, writer: Writer, subject: string): Promise<Stored | null> {
  const stored = await manager.streams.getMessage(streamNames[writer], { last_by_subj: subject });
  if (stored === null) return null;
  const text = stored.string();
  return { sequence: stored.seq, version: readMessage(writer, subject, text).message?.version ?? 0, text };
}

/** Made anew for each attempt: the library adds its own. */
function tracing(traceparent: string): MsgHdrs {
  const made = headers();
  made.set('traceparent', traceparent);
  return made;
}

/**
 * Stores a message if its version is higher than the stored one's. Compare-and-set on the subject's last sequence is what makes that
 * so: a publish that was delayed (a relay that hung, bytes that waited out an outage in a buffer) would otherwise replace a newer state,
 * and a follower that starts later would never hear of a revocation.
 */
export async function publishMessage(
  client: JetStreamClient,
  manager: JetStreamManager,
  writer: Writer,
  message: FeedMessage,
  replaces?: number,
  traceparent?: string,
): Promise<Published> {
  const { subject, version } = message;
  const payload = JSON.stringify(message);
  let msgID: string | undefined = `${subject}@${version}`;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    // What the caller remembers is tried without a look at what is there, and a first version is nearly always new.
    let lastSubjectSequence = attempt > 1 ? undefined : (replaces ?? (version === 1 ? 0 : undefined));
    if (lastSubjectSequence === undefined) {
      const stored = await newest(manager, writer, subject);
      if (stored !== null && stored.version >= version) return { sequence: stored.sequence, stored: false, rival: rivalOf(payload, stored) };
      lastSubjectSequence = stored?.sequence ?? 0;
    }
    try {
      const expect = { streamName: streamNames[writer], lastSubjectSequence };
      const ack = await client.publish(subject, payload, { ...(msgID === undefined ? {} : { msgID }), ...(traceparent === undefined ? {} : { headers: tracing(traceparent) }), expect });
      if (!ack.duplicate) return { sequence: ack.seq, stored: true, rival: null };
      // The server remembers the id for two minutes, also of a message that was purged meanwhile: the next attempt looks, and insists.
      msgID = undefined;
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || !wrongLastSequence.has(error.code)) throw error;
    }
  }
  throw new Error(`${subject} was changed by others in each of ${attempts} attempts`);
}
