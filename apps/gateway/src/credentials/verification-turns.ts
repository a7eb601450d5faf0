import { stale } from '../freshness/stale.ts';

/** Of each turn of the event loop. Whoever needs no verification waits for one that is under way, and for no more than this. */
const sliceMs = 1;
/** More than this many are not waited for: at a tenth of a millisecond each, the last would be late already. */
const waitingLimit = 2000;

/**
 * Verifies signatures in this thread, where that costs the least, but only so many in one turn of the event loop: a flood of new tokens makes
 * those who send them wait, and nobody whose token is known.
 */
export class VerificationTurns {
  private readonly waiting: (() => void)[] = [];
  private spentMs = 0;
  private turn: NodeJS.Immediate | null = null;

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** @throws Problem `state_stale` when too many wait; whatever `verify` throws */
  run<T>(verify: () => T): T | Promise<T> {
    if (this.spentMs < sliceMs && this.waiting.length === 0) return this.timed(verify);
    if (this.waiting.length >= waitingLimit) throw stale();
    return new Promise((resolve, reject) => {
      this.waiting.push(() => {
        try {
          resolve(this.timed(verify));
        } catch (error) {
          reject(error as Error);
        }
      });
    });
  }

  private timed<T>(verify: () => T): T {
    this.turn ??= setImmediate(() => this.next());
    const beganMs = this.nowMs();
    try {
      return verify();
    } finally {
      this.spentMs += this.nowMs() - beganMs;
    }
  }

  private next(): void {
    this.turn = null;
    this.spentMs = 0;
    let taken = 0;
    while (this.spentMs < sliceMs && taken < this.waiting.length) {
      this.waiting[taken]?.();
      taken += 1;
    }
    this.waiting.splice(0, taken);
  }
}
