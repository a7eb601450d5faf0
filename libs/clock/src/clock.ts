/** Wall clock: what `exp`, `iat` and audit rows are measured by. It may jump. */
export abstract class WallClock {
  /** Milliseconds since 1970. */
  abstract nowMs(): number;

  /** Whole seconds since 1970, as in JWT claims. */
  nowSeconds(): number {
    return Math.floor(this.nowMs() / 1000);
  }
}

/** Monotonic clock: what ages and deadlines are measured by. It never jumps and means nothing on another machine. */
export abstract class MonotonicClock {
  /** Milliseconds since some fixed moment of this process. */
  abstract nowMs(): number;
}

export class SystemWallClock extends WallClock {
  override nowMs(): number {
    return Date.now();
  }
}

export class SystemMonotonicClock extends MonotonicClock {
  override nowMs(): number {
    return performance.now();
  }
}
