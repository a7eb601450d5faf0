import { writers, type Writer } from '@latchkey/contracts';
import type { FeedPosition } from '@latchkey/feed';
import { streamOf } from './proof/stream-of.ts';
import { ReplicaSnapshots, type SnapshotOptions } from './replica-snapshots.ts';
import { WriterFollower, type WriterFollowerOptions } from './writer-follower.ts';

export interface ReplicaFollowerOptions extends WriterFollowerOptions {
  /** Where what is held outlives the process; left out: nowhere, and each start reads the feeds from their beginning. */
  snapshot?: SnapshotOptions;
}

/** Keeps a replica in step with both writers. */
export class ReplicaFollower {
  private readonly followers: Record<Writer, WriterFollower>;
  private readonly snapshots: ReplicaSnapshots | undefined;

  constructor({ snapshot, ...options }: ReplicaFollowerOptions) {
    this.followers = { identity: new WriterFollower('identity', options), keys: new WriterFollower('keys', options) };
    this.snapshots = snapshot === undefined ? undefined : new ReplicaSnapshots(snapshot, options.replica, options.logger);
  }

  /**
   * Resolves once the replica holds everything that both feeds held when they were first reached; it waits for writers that have not
   * begun yet. @throws when it is stopped before that
   */
  async start(): Promise<void> {
    const positions = (await this.snapshots?.load()) ?? {};
    this.snapshots?.begin();
    const after = (writer: Writer): FeedPosition | null => {
      const position = positions[writer];
      return position === undefined ? null : { epoch: streamOf(position.epoch), sequence: position.sequence };
    };
    await Promise.all(writers.map((writer) => this.followers[writer].start(after(writer))));
  }

  /** Whether the replica has caught up once. Whether it may be answered from is for `Freshness` to say. */
  isReady(): boolean {
    return writers.every((writer) => this.followers[writer].caughtUp);
  }

  /** The one that follows `writer`. */
  of(writer: Writer): WriterFollower {
    return this.followers[writer];
  }

  async stop(): Promise<void> {
    await Promise.all(writers.map((writer) => this.followers[writer].stop()));
    await this.snapshots?.stop();
  }
}
