import type { MonotonicClock, WallClock } from '@latchkey/clock';
import type { ServerFailure } from '@latchkey/contracts';

const failuresToOpen = 5;
const firstPauseMs = 1000;
const longestPauseMs = 30_000;
/** Whoever tries whether a server is back holds up other tries no longer than this. */
const trialMs = 10_000;

export interface SeenHealth {
  state: 'up' | 'down' | 'unknown';
  failures: number;
  lastSuccessAtMs: number | null;
  lastFailureAtMs: number | null;
  lastFailure: ServerFailure | null;
}

/**
 * What this gateway has seen of an upstream, and whether it is asked at all: after some failures in a row nobody is made to wait for what
 * will not answer. Then one request tries at a time, after a pause that doubles, until one is answered. An answer is an answer: only
 * connections that fail, deadlines, and what stands in the place of a server (502, 503, 504) count against it.
 */
export class UpstreamHealth {
  private failures = 0;
  private pauseMs = 0;
  private closedUntilMs = 0;
  private tryingUntilMs = 0;
  private lastOutcomeMs: number | null = null;
  private lastSuccessAtMs: number | null = null;
  private lastFailureAtMs: number | null = null;
  private lastFailure: ServerFailure | null = null;

  constructor(
    private readonly clock: MonotonicClock,
    private readonly wallClock: WallClock,
  ) {}

  get isDown(): boolean {
    return this.failures >= failuresToOpen;
  }

  /** Lets a request through, which then says what came of it. @returns how long to wait with the next instead, in milliseconds, or null */
  refuses(): number | null {
    if (!this.isDown) return null;
    const nowMs = this.clock.nowMs();
    const waitMs = Math.max(this.closedUntilMs, this.tryingUntilMs) - nowMs;
    if (waitMs > 0) return Math.min(waitMs, longestPauseMs);
    this.tryingUntilMs = nowMs + trialMs;
    return null;
  }

  succeeded(): void {
    this.failures = 0;
    this.pauseMs = 0;
    this.tryingUntilMs = 0;
    this.lastOutcomeMs = this.clock.nowMs();
    this.lastSuccessAtMs = this.wallClock.nowMs();
  }

  failed(failure: ServerFailure): void {
    this.failures += 1;
    this.tryingUntilMs = 0;
    this.lastOutcomeMs = this.clock.nowMs();
    this.lastFailureAtMs = this.wallClock.nowMs();
    this.lastFailure = failure;
    if (!this.isDown) return;
    // Of many that were under way when it went down, each says so: the pause grows with tries, not with them.
    if (this.lastOutcomeMs < this.closedUntilMs) return;
    this.pauseMs = Math.min(longestPauseMs, this.pauseMs === 0 ? firstPauseMs : this.pauseMs * 2);
    this.closedUntilMs = this.lastOutcomeMs + this.pauseMs;
  }

  /** Whoever was let through left before there was an answer: the next may try. */
  abandoned(): void {
    this.tryingUntilMs = 0;
  }

  /** Whether nothing was heard of it for this long. */
  isSilentFor(ms: number): boolean {
    return this.lastOutcomeMs === null || this.clock.nowMs() - this.lastOutcomeMs >= ms;
  }

  seen(): SeenHealth {
    const { failures, lastSuccessAtMs, lastFailureAtMs, lastFailure } = this;
    // What has never answered is not up, though it may still be asked.
    const isUp = lastSuccessAtMs !== null && !this.isDown;
    return { state: isUp ? 'up' : this.lastOutcomeMs === null ? 'unknown' : 'down', failures, lastSuccessAtMs, lastFailureAtMs, lastFailure };
  }
}
