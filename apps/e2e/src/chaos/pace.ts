import { setTimeout as sleep } from 'node:timers/promises';

export interface PaceOptions {
  perSecond: () => number;
  /** Under way at once, at most: what was held up is made up for afterwards. */
  atOnce: number;
  /** @returns false when there is nothing to do at present */
  begin: () => Promise<void> | false;
}

const tickMs = 20;

/** Begins something so many times a second, without waiting for one to end before the next, until it is stopped. */
export class Pace {
  readonly #open = new Set<Promise<void>>();
  #stopped = false;
  #failure: unknown;
  readonly #running: Promise<void>;

  constructor(private readonly options: PaceOptions) {
    this.#running = this.#run();
  }

  /** Waits for what is under way. @throws what one of them threw */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await Promise.all(this.#open);
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #run(): Promise<void> {
    const { perSecond, atOnce, begin } = this.options;
    let lastMs = performance.now();
    let due = 0;
    while (!this.#stopped && this.#failure === undefined) {
      await sleep(tickMs);
      const nowMs = performance.now();
      due += ((nowMs - lastMs) / 1000) * perSecond();
      lastMs = nowMs;
      while (due >= 1 && this.#open.size < atOnce) {
        const begun = begin();
        if (begun === false) {
          due = 0;
          break;
        }
        due -= 1;
        const open: Promise<void> = begun.catch((error: unknown) => void (this.#failure ??= error)).finally(() => this.#open.delete(open));
        this.#open.add(open);
      }
    }
  }
}
