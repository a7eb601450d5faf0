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
import { nanos } from '@nats-io/transport-node';
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
    duplicate_window: nanos(120_000),
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

/** A server alone knows no copies (10074), and a cluster may be too small for three (10005). */
const tooFewServers = new Set([10074, 10005]);

/** Three copies where there are three servers, so that any one may die; one otherwise. */
async function addStream(manager: JetStreamManager, wanted: Partial<StreamConfig> & { name: string }): Promise<StreamInfo> {
  try {
    // Adding a stream that another replica has just added with the same configuration is no error.
    return await manager.streams.add({ ...wanted, num_replicas: 3 });
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || !tooFewServers.has(error.code)) throw error;
    return manager.streams.add({ ...wanted, num_replicas: 1 });
  }
}

/**
 * What may differ without harm, and is put right: a stream from the time when the cluster was smaller gets its copies as soon as there are
 * servers for them, and one that somebody made by hand our time of recognizing duplicates.
 */
async function improve(manager: JetStreamManager, { config, cluster }: StreamInfo, wanted: Partial<StreamConfig>): Promise<void> {
  const better: Partial<StreamConfig> = {
    ...(cluster?.name === undefined || config.num_replicas >= 3 ? {} : { num_replicas: 3 }),
    ...(config.duplicate_window === wanted.duplicate_window ? {} : { duplicate_window: wanted.duplicate_window }),
  };
  // One by one: a cluster that is still too small for copies refuses those, and nothing else.
  for (const [name, value] of Object.entries(better)) {
    await manager.streams.update(config.name, { [name]: value }).catch((error: unknown) => {
      if (!(error instanceof JetStreamApiError)) throw error;
    });
  }
}

/** @throws Error when a stream of that name exists and keeps something else than the newest message per subject, in a file */
export async function prepareStream(manager: JetStreamManager, writer: Writer): Promise<void> {
  const wanted = streamConfig(writer);
  const found = await find(manager, wanted.name);
  const { config } = found ?? (await addStream(manager, wanted));
  const matches =
    config.storage === wanted.storage &&
    config.retention === wanted.retention &&
    config.discard === wanted.discard &&
    config.max_msgs_per_subject === 1 &&
    config.subjects.join() === wanted.subjects?.join() &&
    (config.max_age ?? 0) === 0 &&
    config.max_msgs <= 0 &&
    config.max_bytes <= 0;
  if (!matches) throw new Error(`The stream ${wanted.name} exists with another configuration; it must keep the newest message per subject, in a file, without limits.`);
  if (found !== null) await improve(manager, found, wanted);
}

/** A stream that is deleted and made again has another time of creation, and counts from 1: that is what an epoch is. */
export async function streamState(manager: JetStreamManager, writer: Writer): Promise<FeedState> {
  const { created, state } = await manager.streams.info(streamNames[writer]);
  return { epoch: `${streamNames[writer]}/${created}`, sequence: state.last_seq, messages: state.messages };
}
