import { streamNames, type Writer } from '@latchkey/contracts';
import {
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
  type StreamInfo,
} from '@nats-io/jetstream';
import type { FeedState } from '../feed.ts';

/** The newest message of each subject, on disk, without any other limit. */
function streamConfig(writer: Writer): Partial<StreamConfig> & { name: string } {
  return {
    name: streamNames[writer],
    subjects: [`feed.${writer}.>`],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    max_msgs_per_subject: 1,
  };
}

/** JetStream error code "stream not found". */
const streamNotFound = 10059;

async function find(manager: JetStreamManager, name: string): Promise<StreamInfo | null> {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === streamNotFound) return null;
    throw error;
  }
}

/** @throws Error when a stream of that name exists and keeps something else than the newest message per subject, in a file */
export async function prepareStream(manager: JetStreamManager, writer: Writer): Promise<void> {
  const wanted = streamConfig(writer);
  // Adding a stream that another replica has just added with the same configuration is no error.
  const { config } = (await find(manager, wanted.name)) ?? (await manager.streams.add(wanted));
  const matches =
    config.storage === wanted.storage &&
    config.retention === wanted.retention &&
    config.max_msgs_per_subject === 1 &&
    config.subjects.join() === wanted.subjects?.join() &&
    (config.max_age ?? 0) === 0 &&
    config.max_msgs <= 0 &&
    config.max_bytes <= 0;
  if (!matches) throw new Error(`The stream ${wanted.name} exists with another configuration; it must keep the newest message per subject, in a file, without limits.`);
}

/** A stream that is deleted and made again has another time of creation, and counts from 1: that is what an epoch is. */
export async function streamState(manager: JetStreamManager, writer: Writer): Promise<FeedState> {
  const { created, state } = await manager.streams.info(streamNames[writer]);
  return { epoch: `${streamNames[writer]}/${created}`, sequence: state.last_seq, messages: state.messages };
}
