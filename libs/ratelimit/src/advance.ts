/** Of a limit, what one process takes for later at most: a twentieth. */
const share = 20;
/** No process needs more at once. */
const most = 256;
/** How long what is taken should last. */
const lastsMs = 3000;
/** By how much more is taken at once than the last time: of a caller who has just come nobody knows how long he stays. */
const growth = 4;

/**
 * What a process has taken of a limit for requests that are still to come, so that not each of them asks Redis. It is charged when it is
 * taken, so no request passes that was not counted; and it is as much as is used in a few seconds, by how long the last lasted.
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
    // What was taken last has lasted until now.
    const needed = Math.floor((this.size * lastsMs) / (nowMs - this.takenAtMs));
    this.size = Math.max(1, Math.min(needed, this.size * growth, most, Math.floor(limit / share)));
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
