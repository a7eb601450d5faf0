import type { MonotonicClock } from '@latchkey/clock';

const failuresToOpen = 5;
const openMs = 1000;

/** Keeps questions from a place that does not answer: open after some failures in a row, then one try a second until one succeeds. */
export class Breaker {
  private failures = 0;
  private openedAtMs = 0;
  private trying = false;

  constructor(private readonly clock: MonotonicClock) {}

  /** Whether a question may go out now; whoever is let through reports what came of it. */
  admits(): boolean {
    if (this.failures < failuresToOpen) return true;
    if (this.trying || this.clock.nowMs() - this.openedAtMs < openMs) return false;
    this.trying = true;
    return true;
  }

  succeeded(): void {
    this.failures = 0;
    this.trying = false;
  }

  failed(): void {
    this.failures += 1;
    this.trying = false;
    if (this.failures >= failuresToOpen) this.openedAtMs = this.clock.nowMs();
  }
}
