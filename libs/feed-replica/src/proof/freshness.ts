import { SystemMonotonicClock, type MonotonicClock } from '@latchkey/clock';
import { writers, type Writer } from '@latchkey/contracts';
import type { Feed } from '@latchkey/feed';
import type { Logger } from '@latchkey/telemetry';
import type { Replica } from '../replica.ts';
import type { ReplicaFollower } from '../replica-follower.ts';
import { WriterProof, type WriterProofStatus } from './writer-proof.ts';

export interface FreshnessOptions {
  feed: Pick<Feed, 'fence' | 'repair'>;
  replica: Replica;
  follower: ReplicaFollower;
  logger: Logger;
  clock?: MonotonicClock;
  /** Between two fences to one writer; 300 ms when left out. */
  intervalMs?: number;
}

/** Told of every proof of a writer. */
export type ProofListener = (writer: Writer) => void;

/** How fresh a gateway's replica provably is. One per gateway, made before the follower starts. */
export class Freshness {
  private readonly proofs: Record<Writer, WriterProof>;
  private readonly listeners = new Set<ProofListener>();
  private readonly intervalMs: number;
  private readonly logger: Logger;
  private timer: NodeJS.Timeout | undefined;

  constructor({ feed, replica, follower, logger, clock = new SystemMonotonicClock(), intervalMs = 300 }: FreshnessOptions) {
    this.intervalMs = intervalMs;
    this.logger = logger;
    const proof = (writer: Writer): WriterProof =>
      new WriterProof({ writer, feed, replica, clock, logger, follower: follower.of(writer), onProof: () => this.announce(writer) });
    this.proofs = { identity: proof('identity'), keys: proof('keys') };
  }

  start(): void {
    this.probe();
    this.timer ??= setInterval(() => this.probe(), this.intervalMs);
  }

  /** Proves nothing more; the ages go on growing. */
  stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    return Promise.resolve();
  }

  /** Sends a fence to each writer that has none under way. What the timer does; a late one makes proofs older, never wrong. */
  probe(): void {
    for (const writer of writers) this.proofs[writer].probe();
  }

  /**
   * How long ago the moment is up to which the replica knows everything that `writer` has committed; Infinity before the first proof.
   *
   * A credential may be accepted when this is at most N **and the replica is asked for the credential in the same synchronous step**:
   * with an `await` between the two, the proof may be newer than the look at the credential.
   */
  proofAgeMs(writer: Writer): number {
    return this.proofs[writer].ageMs;
  }

  /**
   * The same as a moment of the monotonic clock; -Infinity before the first proof. For whoever reads the clock once, at the end: of an age
   * that is turned back into a moment, a pause of the process between the two readings is lost.
   */
  provenAtMs(writer: Writer): number {
    return this.proofs[writer].provenAtMs;
  }

  /** Whether a fence that is sent after this call proves the replica in time: what was committed before the call is then known. */
  fenceNow(writer: Writer, timeoutMs: number): Promise<boolean> {
    return this.proofs[writer].proveNow(timeoutMs);
  }

  status(): Record<Writer, WriterProofStatus> {
    return { identity: this.proofs.identity.status, keys: this.proofs.keys.status };
  }

  /** @returns a function that ends it */
  onProof(listener: ProofListener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private announce(writer: Writer): void {
    for (const listener of this.listeners) {
      try {
        listener(writer);
      } catch (error) {
        this.logger.error({ err: error, writer }, 'a listener of proofs failed');
      }
    }
  }
}
