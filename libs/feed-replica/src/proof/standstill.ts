import type { FollowedTo } from '../writer-follower.ts';

/** A consumer is made anew after this long without a message; each time that did not help, the next one gets twice as long. */
const patienceMs = { first: 600, most: 10_000 };
const answersNeeded = 2;

/** Says when a consumer must be dead: answers speak of messages ahead, again and again, and nothing arrives. */
export class Standstill {
  private patience = patienceMs.first;
  private where: FollowedTo | null = null;
  private answers = 0;
  private sinceMs = 0;

  /** To be called at every answer. @param behind  whether it spoke of something that has not arrived */
  isOne(behind: boolean, followedTo: FollowedTo, nowMs: number): boolean {
    const moved = this.where === null || this.where.sequence !== followedTo.sequence || this.where.stream !== followedTo.stream;
    if (!behind || moved) {
      if (!behind || this.where !== null) this.patience = patienceMs.first;
      this.where = behind ? followedTo : null;
      this.answers = 1;
      this.sinceMs = nowMs;
      return false;
    }
    this.answers += 1;
    if (this.answers < answersNeeded || nowMs - this.sinceMs < this.patience) return false;
    this.answers = 0;
    this.sinceMs = nowMs;
    this.patience = Math.min(this.patience * 2, patienceMs.most);
    return true;
  }

  /** Something else is followed from now on. */
  end(): void {
    this.where = null;
    this.answers = 0;
  }
}
