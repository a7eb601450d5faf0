/** Lets at most `slots` pieces of work run at once; the others wait in the order they came. */
export class Semaphore {
  private readonly waiting: (() => void)[] = [];

  constructor(private slots: number) {}

  /** @returns what gives the slot back, once */
  async take(): Promise<() => void> {
    if (this.slots === 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.slots -= 1;
    return () => {
      const next = this.waiting.shift();
      if (next === undefined) this.slots += 1;
      else next();
    };
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    const giveBack = await this.take();
    try {
      return await work();
    } finally {
      giveBack();
    }
  }
}
