/** Differences in a row before they mean something, and how long they have to go on, while nothing is applied. */
const still = { count: 4, ms: 1000 };
/** The same while the replica goes on applying: without an end to the changes, no moment is still. */
const moving = { count: 12, ms: 4000 };

/**
 * Says when differences between two digests are more than a moment's: a replica that lags never sees a record that was replaced before
 * it got there, and differs from what the writer had at that time until it is level.
 */
export class Distrust {
  private all = { count: 0, sinceMs: 0 };
  private here = { count: 0, sinceMs: 0, applied: -1 };

  /** One difference more, found when everything up to `applied` was applied. @returns whether they have been enough */
  grows(applied: number, nowMs: number): boolean {
    if (this.all.count === 0) this.all.sinceMs = nowMs;
    if (this.here.applied !== applied) this.here = { count: 0, sinceMs: nowMs, applied };
    this.all.count += 1;
    this.here.count += 1;
    const { all, here } = this;
    return (
      (here.count >= still.count && nowMs - here.sinceMs >= still.ms) || (all.count >= moving.count && nowMs - all.sinceMs >= moving.ms)
    );
  }

  /** The digests were equal, or something else is compared from now on. */
  end(): void {
    this.all = { count: 0, sinceMs: 0 };
    this.here = { count: 0, sinceMs: 0, applied: -1 };
  }
}
