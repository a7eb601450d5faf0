import { Advance } from './advance.ts';
import type { Counts, Limit } from './limits.ts';

/** How many windows are kept before those that are over are looked for. */
const sweepAt = 50_000;
/** A number that is worth a look every minute. */
const many = 1000;
const sweepEveryMs = 60_000;

export interface Window {
  used: number;
  endsAtMs: number;
  /** What of `used` was taken for requests that are still to come */
  readonly advance: Advance;
}

/** Counts of one process: for all limits where there is no Redis, and from where Redis was last seen while it is away. */
export class CountedWindows {
  private readonly windows = new Map<string, Window>();
  private sweepAgainAt = sweepAt;
  private sweptAtMs = 0;

  constructor(private readonly nowMs: () => number) {}

  /** Charges all limits or none, as the script in Redis does. */
  charge(keys: readonly string[], limits: readonly Limit[]): { allowed: boolean; counts: Counts } {
    const nowMs = this.nowMs();
    for (const key of keys) this.giveUpAdvance(key);
    const windows = keys.map((key) => this.open(key, nowMs));
    const allowed = limits.every(({ limit }, index) => (windows[index]?.used ?? 0) < limit);
    const counts = limits.map(({ windowSeconds }, index) => {
      const key = keys[index] ?? '';
      const window = windows[index] ?? { used: 0, endsAtMs: nowMs + windowSeconds * 1000, advance: new Advance() };
      if (allowed) {
        window.used += 1;
        this.windows.set(key, window);
      }
      return { used: window.used, leftMs: window.endsAtMs - nowMs };
    });
    this.sweepIfDue(nowMs);
    return { allowed, counts };
  }

  /** @returns undefined where none is open */
  open(key: string, nowMs: number): Window | undefined {
    const window = this.windows.get(key);
    return window !== undefined && window.endsAtMs > nowMs ? window : undefined;
  }

  /** What was counted elsewhere is where counting goes on from here. */
  learn(key: string, used: number, endsAtMs: number, nowMs: number): Window {
    let window = this.windows.get(key);
    if (window === undefined) this.windows.set(key, (window = { used, endsAtMs, advance: new Advance() }));
    // What was taken for a window that is over is over with it.
    else if (window.endsAtMs <= nowMs) window.advance.drop();
    window.used = used;
    window.endsAtMs = endsAtMs;
    this.sweepIfDue(nowMs);
    return window;
  }

  /** What was taken for later is not used yet. */
  private giveUpAdvance(key: string): void {
    const window = this.windows.get(key);
    if (window !== undefined) window.used -= window.advance.drop();
  }

  private sweepIfDue(nowMs: number): void {
    if (this.windows.size <= many || (this.windows.size <= this.sweepAgainAt && nowMs - this.sweptAtMs < sweepEveryMs)) return;
    this.sweptAtMs = nowMs;
    this.sweep(nowMs);
  }

  private sweep(nowMs: number): void {
    for (const [key, { endsAtMs }] of this.windows) if (endsAtMs <= nowMs) this.windows.delete(key);
    // Where all of them are still open, the next look is worth it only after as many again.
    this.sweepAgainAt = Math.max(sweepAt, this.windows.size * 2);
  }
}
