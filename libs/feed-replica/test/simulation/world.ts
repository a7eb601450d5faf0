import { FakeMonotonicClock } from '@latchkey/clock/testing';
import type { Random } from './random.ts';

/** Whoever can be kept from doing anything: what is meant for it happens, in order, when it can act again. */
export interface Actor {
  blockedUntilMs: number;
}

interface Event {
  atMs: number;
  order: number;
  actor: Actor | null;
  run: () => void;
}

/** How many turns of promises one event may set off. */
const turns = 20;

/** Virtual time: what happens is a list of events, and the clock jumps from one to the next. */
export class World {
  readonly clock = new FakeMonotonicClock();
  private readonly heap: Event[] = [];
  private order = 0;

  constructor(readonly random: Random) {}

  get nowMs(): number {
    return this.clock.nowMs();
  }

  after(ms: number, run: () => void, actor: Actor | null = null): void {
    this.push({ atMs: this.nowMs + ms, order: this.order++, actor, run });
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** @param afterEach  called when an event and all that it set off is done, with whom it was for; what it throws ends the run */
  async runUntil(untilMs: number, afterEach: (actor: Actor | null) => void): Promise<void> {
    for (let event = this.heap[0]; event !== undefined && event.atMs <= untilMs; event = this.heap[0]) {
      this.pop();
      this.clock.advance(Math.max(event.atMs - this.nowMs, 0));
      const { actor } = event;
      if (actor !== null && actor.blockedUntilMs > this.nowMs) {
        // Keeps its place in the order.
        this.push({ ...event, atMs: actor.blockedUntilMs });
        continue;
      }
      event.run();
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      afterEach(actor);
    }
    this.clock.advance(Math.max(untilMs - this.nowMs, 0));
  }

  private push(event: Event): void {
    const { heap } = this;
    heap.push(event);
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!before(heap[at] as Event, heap[parent] as Event)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop() as Event;
    if (heap.length === 0) return;
    heap[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && before(heap[child] as Event, heap[least] as Event)) least = child;
      }
      if (least === at) return;
      this.swap(at, least);
      at = least;
    }
  }

  private swap(a: number, b: number): void {
    const { heap } = this;
    [heap[a], heap[b]] = [heap[b] as Event, heap[a] as Event];
  }
}

const before = (a: Event, b: Event): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
