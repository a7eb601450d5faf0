import { availableParallelism } from 'node:os';
import { Problem } from '@latchkey/problem';

export interface HashingPoolOptions {
  /** Hashes that run at once. */
  slots: number;
  /** How many more may wait for one. */
  waiting: number;
}

/** libuv has four threads for everything; one stays free for name lookups and files. */
const slots = Math.max(1, Math.min(3, availableParallelism()));

/**
 * Bounds the work on passwords, which is dear on purpose: what comes in faster than it can be hashed waits for a second or two, and past
 * that it is refused, before it could hold up everything else.
 */
export class HashingPool {
  /** Hashes done or under way since the start. */
  count = 0;
  private running = 0;
  private readonly queue: (() => void)[] = [];

  constructor(private readonly options: HashingPoolOptions = { slots, waiting: 50 * slots }) {}

  /** @throws Problem `rate_limited` (503) when too many wait already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.options.slots) this.running += 1;
    else if (this.queue.length < this.options.waiting) await new Promise<void>((resolve) => this.queue.push(resolve));
    else throw new Problem('rate_limited', { status: 503, detail: 'Too many people sign in at this moment.', headers: { 'retry-after': '2' } });
    this.count += 1;
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      // A slot that is handed on stays taken.
      if (next === undefined) this.running -= 1;
      else next();
    }
  }
}
