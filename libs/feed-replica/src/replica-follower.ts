import { writers, type Writer } from '@latchkey/contracts';
import { WriterFollower, type WriterFollowerOptions } from './writer-follower.ts';

export interface ReplicaFollowerOptions extends WriterFollowerOptions {}

/** Keeps a replica in step with both writers. */
export class ReplicaFollower {
  private readonly followers: Record<Writer, WriterFollower>;

  constructor(options: ReplicaFollowerOptions) {
    this.followers = { identity: new WriterFollower('identity', options), keys: new WriterFollower('keys', options) };
  }

  /**
   * Resolves once the replica holds everything that both feeds held when they were first reached; it waits for writers that have not
   * begun yet. @throws when it is stopped before that
   */
  async start(): Promise<void> {
    await Promise.all(writers.map((writer) => this.followers[writer].start(null)));
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
  }
}
