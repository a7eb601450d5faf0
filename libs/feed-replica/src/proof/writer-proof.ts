import type { MonotonicClock } from '@latchkey/clock';
import type { Writer } from '@latchkey/contracts';
import type { Feed, FenceAnswer } from '@latchkey/feed';
import type { Logger } from '@latchkey/telemetry';
import type { Replica } from '../replica.ts';
import type { WriterFollower } from '../writer-follower.ts';
import { Distrust } from './distrust.ts';
import { Standstill } from './standstill.ts';
import { streamOf } from './stream-of.ts';

export interface WriterProofOptions {
  writer: Writer;
  feed: Pick<Feed, 'fence' | 'repair'>;
  replica: Replica;
  follower: WriterFollower;
  clock: MonotonicClock;
  logger: Logger;
  /** Told after each proof. */
  onProof: () => void;
}

export interface WriterProofStatus {
  /** Since the moment up to which everything committed is known to be here; Infinity before the first proof. */
  ageMs: number;
  appliedSequence: number;
  /** Whether the last comparison of digests found them equal; null before the first. */
  digestOk: boolean | null;
  /** What the writer calls the stream and generation that is followed; null until it was asked. */
  epoch: string | null;
  fenceRttMs: number | null;
  rebuilds: number;
  /** Messages on the feed that were skipped because they were none. */
  invalid: number;
}

interface Fence {
  /** 1 for the first. */
  number: number;
  /** The monotonic clock before it was sent: all that a proof ever claims. */
  sentAtMs: number;
  turn: number;
  /** The highest sequence that the writer had spoken of by then. */
  floor: number;
  /** Whether somebody waits for it. */
  isAwaited: boolean;
}

type Heard = Fence & FenceAnswer;

/** After this a fence is given up for the next one; its answer still counts, with its own time, for as long as `lateMs`. */
const timeoutMs = 1000;
const lateMs = 5000;
/** Answers that wait for the replica to get there. A replica that is further behind than these has no use for the oldest. */
const waitingLimit = 64;
const repairEveryMs = 10_000;

/**
 * The proof of freshness for one writer. A fence is sent at t0, and answered with (epoch, s, digest): the stream up to s is all that was
 * committed when the writer heard the fence, which is after t0. Once the replica has applied s, and its own digest there is the same,
 * it knows everything that was committed up to t0: that is the proof, and it is good for ever.
 *
 * Nothing in here waits for a timer: the age is read from the clock by whoever asks, and `probe` may be called late or not at all.
 */
export class WriterProof {
  private lastProofMs = Number.NEGATIVE_INFINITY;
  private fences = 0;
  /** Answers to fences of a former turn speak of what is no longer followed. */
  private turn = 0;
  private highest = 0;
  private outstanding: Fence | null = null;
  private waiting: Heard[] = [];
  private readonly awaited = new Set<{ after: number; done: (proven: boolean) => void }>();
  private readonly distrust: Distrust;
  private readonly standstill: Standstill;
  private askedForRepairAtMs = Number.NEGATIVE_INFINITY;
  private digestOk: boolean | null = null;
  private rttMs: number | null = null;
  private rebuilds = 0;

  constructor(private readonly options: WriterProofOptions) {
    this.distrust = new Distrust();
    this.standstill = new Standstill();
    options.follower.watch({ onApplied: () => this.settle(), onReset: () => this.beginTurn() });
  }

  /** Everything that was committed up to this moment of the monotonic clock is known here; -Infinity before the first proof. */
  get provenAtMs(): number {
    return this.lastProofMs;
  }

  get ageMs(): number {
    return this.options.clock.nowMs() - this.lastProofMs;
  }

  get status(): WriterProofStatus {
    const { follower, replica, writer } = this.options;
    return {
      ageMs: this.ageMs, appliedSequence: follower.followedTo.sequence, digestOk: this.digestOk, epoch: replica.candidate(writer).epoch,
      fenceRttMs: this.rttMs, rebuilds: this.rebuilds, invalid: follower.invalid,
    };
  }

  /** Sends a fence, unless one is under way that may still be answered in time. */
  probe(): void {
    this.settle();
    if (this.outstanding === null || this.isLate(this.outstanding)) void this.send();
  }

  /**
   * Whether a fence that is sent after this call proves the replica within `withinMs`. Those who call while such a fence is under way
   * share the next one.
   */
  async proveNow(withinMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const proven = await new Promise<boolean>((resolve) => {
      const waiter = { after: this.fences, done: (result: boolean) => (this.awaited.delete(waiter), resolve(result)) };
      this.awaited.add(waiter);
      timer = setTimeout(() => waiter.done(false), withinMs);
      if (this.outstanding === null || !this.outstanding.isAwaited || this.isLate(this.outstanding)) void this.send();
    });
    clearTimeout(timer);
    return proven;
  }

  private isLate(fence: Fence): boolean {
    return this.options.clock.nowMs() - fence.sentAtMs >= timeoutMs;
  }

  private async send(): Promise<void> {
    const { clock, feed, writer, logger } = this.options;
    this.fences += 1;
    const isAwaited = this.awaited.size > 0;
    // The clock is read before anything leaves: whatever is committed after this moment is not claimed.
    const fence: Fence = { number: this.fences, sentAtMs: clock.nowMs(), turn: this.turn, floor: this.highest, isAwaited };
    this.outstanding = fence;
    let answer: FenceAnswer | undefined;
    try {
      answer = await feed.fence(writer, lateMs);
    } catch (error) {
      logger.debug({ writer, reason: error instanceof Error ? error.message : 'unknown' }, 'a fence was not answered');
    }
    if (this.outstanding === fence) this.outstanding = null;
    if (answer === undefined) this.tell(fence, false);
    else {
      this.rttMs = clock.nowMs() - fence.sentAtMs;
      this.hear({ ...fence, ...answer });
    }
    if (this.outstanding === null && this.awaited.size > 0 && [...this.awaited].some(({ after }) => after >= fence.number)) void this.send();
  }

  /** Those who called before it was sent learn what came of it. */
  private tell({ number }: Fence, proven: boolean): void {
    for (const waiter of [...this.awaited]) if (waiter.after < number) waiter.done(proven);
  }

  private hear(heard: Heard): void {
    if (heard.turn !== this.turn) return;
    const { epoch } = this.options.replica.candidate(this.options.writer);
    if (epoch !== null && epoch !== heard.epoch) this.rebuild('the writer speaks of another epoch');
    else if (epoch !== null && heard.sequence < heard.floor) this.rebuild('the sequence of the writer ran backwards');
    this.highest = Math.max(this.highest, heard.sequence);
    this.waiting.push(heard);
    if (this.waiting.length > waitingLimit) this.waiting.shift();
    this.settle();
    const { follower, clock, logger, writer } = this.options;
    if (!this.standstill.isOne(this.waiting.length > 0, follower.followedTo, clock.nowMs())) return;
    logger.warn({ writer }, 'the stream is ahead and nothing arrives; its consumer is made anew');
    follower.restart();
  }

  /** Judges every answer that the replica has got to. */
  private settle(): void {
    if (this.waiting.length === 0) return;
    const { stream, sequence } = this.options.follower.followedTo;
    const { turn } = this;
    const ripe = this.waiting.filter((heard) => streamOf(heard.epoch) === stream && heard.sequence <= sequence);
    if (ripe.length === 0) return;
    this.waiting = this.waiting.filter((heard) => !ripe.includes(heard));
    // A judgement may begin a rebuild: the answers that are left then speak of what is no longer followed.
    for (const heard of ripe) if (this.turn === turn) this.judge(heard, sequence);
  }

  private judge(heard: Heard, applied: number): void {
    const state = this.options.replica.candidate(this.options.writer);
    state.epoch ??= heard.epoch;
    const total = state.digest.totalAt(heard.sequence);
    // Too long ago to compare, or of another epoch: it says nothing.
    if (total === undefined || state.epoch !== heard.epoch) return;
    this.digestOk = total === heard.digest;
    if (this.digestOk) this.prove(heard);
    else if (this.distrust.grows(applied, this.options.clock.nowMs())) this.mend();
  }

  private prove(heard: Heard): void {
    const { replica, writer, logger, onProof } = this.options;
    this.distrust.end();
    if (replica.isRebuilding(writer)) {
      replica.completeRebuild(writer);
      logger.info({ writer }, 'the replica was built anew');
    }
    this.lastProofMs = Math.max(this.lastProofMs, heard.sentAtMs);
    this.tell(heard, true);
    onProof();
  }

  /** The replica differs from what the writer says the stream holds. If one that was built anew differs as well, the stream is wrong. */
  private mend(): void {
    const { replica, writer, logger } = this.options;
    if (replica.isRebuilding(writer)) this.askForRepair();
    logger.error({ writer, rebuilding: replica.isRebuilding(writer) }, 'the replica differs from the writer');
    this.rebuild('the digests differ');
  }

  private rebuild(reason: string): void {
    const { follower, logger, writer } = this.options;
    logger.warn({ writer, reason }, 'the replica is built anew and answers from the old one meanwhile');
    this.rebuilds += 1;
    follower.rebuild();
    this.beginTurn();
  }

  private askForRepair(): void {
    const { clock, feed, writer, logger } = this.options;
    if (clock.nowMs() - this.askedForRepairAtMs < repairEveryMs) return;
    this.askedForRepairAtMs = clock.nowMs();
    feed.repair(writer, timeoutMs).then(
      ({ started }) => logger.error({ writer, started }, 'the stream differs from what the writer says it holds; it was asked to publish everything again'),
      (error: unknown) => logger.error({ writer, reason: error instanceof Error ? error.message : 'unknown' }, 'the stream differs from what the writer says it holds, and the writer cannot be asked to mend it'),
    );
  }

  private beginTurn(): void {
    this.turn += 1;
    this.highest = 0;
    this.waiting = [];
    this.outstanding = null;
    this.distrust.end();
    this.standstill.end();
  }
}
