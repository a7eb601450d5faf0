import type { Target } from './attempt.ts';

interface Interval {
  fromMs: number;
  untilMs: number;
}

/** When a part was taken down on purpose: only then may it fail those who ask it. */
export class Excuses {
  readonly #intervals = new Map<Target, Interval[]>();

  /** @returns what ends it, once the part works again */
  begin(...targets: Target[]): () => void {
    const interval = { fromMs: performance.now(), untilMs: Infinity };
    for (const target of targets) this.#intervals.set(target, [...(this.#intervals.get(target) ?? []), interval]);
    return () => void (interval.untilMs = performance.now());
  }

  cover(target: Target, fromMs: number, untilMs: number): boolean {
    return (this.#intervals.get(target) ?? []).some((interval) => interval.fromMs <= untilMs && fromMs <= interval.untilMs);
  }
}
