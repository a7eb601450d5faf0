import { SystemMonotonicClock } from '@latchkey/clock';
import { writers } from '@latchkey/contracts';
import { type ReplicaFollowerOptions, WriterFollower } from './writer-follower.ts';

export type { ReplicaFollowerOptions } from './writer-follower.ts';

/** Keeps a replica in step with both writers. */
export class ReplicaFollower {
  private readonly followers: WriterFollower[];

  constructor(options: ReplicaFollowerOptions) {
    const all = { clock: new SystemMonotonicClock(), settleMs: 10_000, ...options };
    this.followers = writers.map((writer) => new WriterFollower(writer, all));
  }

  /**
   * Resolves once the replica holds everything that both feeds held when they were first reached; it waits for writers that have not
   * begun yet. @throws when it is stopped before that
   */
  async start(): Promise<void> {
    await Promise.all(this.followers.map((follower) => follower.start()));
  }

  /** Whether the replica may be answered from: it has caught up once. */
  isReady(): boolean {
    return this.followers.every((follower) => follower.caughtUp);
  }

  async stop(): Promise<void> {
    await Promise.all(this.followers.map((follower) => follower.stop()));
  }
}
