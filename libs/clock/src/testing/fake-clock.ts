import { MonotonicClock, WallClock } from '../clock.ts';

/** A wall clock that stands still until a test moves it. */
export class FakeWallClock extends WallClock {
  constructor(private now = Date.UTC(2026, 0, 1)) {
    super();
  }

  override nowMs(): number {
    return this.now;
  }

  advance(ms: number): void {
    this.now += ms;
  }
}

/** A monotonic clock that stands still until a test moves it. */
export class FakeMonotonicClock extends MonotonicClock {
  private now = 0;

  override nowMs(): number {
    return this.now;
  }

  advance(ms: number): void {
    this.now += ms;
  }
}
