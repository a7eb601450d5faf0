/** Of a limit, what one process takes for later at most: a twentieth. */
const share = 20;
/** No process needs more at once. */
const most = 256;
/** What is gone sooner than this was too little; what lasts twice as long was too much. */
const lastsMs = 3000;

/**
 * What a process has taken of a limit for requests that are still to come, so that not each of them asks Redis. It is charged when it is
 * taken, so no request passes that was not counted; and it grows and shrinks with what is used in a few seconds.
 */
export class Advance {
  left = 0;
  /** Whether the limit is being asked about: what others take meanwhile is for themselves. */
  asking = 0;
  private size = 1;
  private takenAtMs = -Infinity;

  /** How much the next question asks for, the request that asks it included. */
  wanted(limit: number, nowMs: number): number {
    if (this.asking > 0) return 1;
    const lastedMs = nowMs - this.takenAtMs;
    this.size = lastedMs < lastsMs ? this.size * 2 : lastedMs < 2 * lastsMs ? this.size : 1;
    this.size = Math.max(1, Math.min(this.size, most, Math.floor(limit / share)));
    return this.size;
  }

  took(count: number, nowMs: number): void {
    this.left += count;
    this.takenAtMs = nowMs;
  }

  /** @returns what was left */
  drop(): number {
    const { left } = this;
    this.left = 0;
    return left;
  }
}
