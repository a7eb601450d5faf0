/** Pieces of work on the same thing take turns, in the order they came; work on other things does not wait. */
export class Turns {
  private readonly tails = new Map<string, Promise<unknown>>();

  /** @param work  is told whether it had to wait for another */
  async take<T>(key: string, work: (waited: boolean) => Promise<T>): Promise<T> {
    const before = this.tails.get(key);
    const turn = before === undefined ? work(false) : before.then(() => work(true));
    const tail = turn.catch(() => undefined);
    this.tails.set(key, tail);
    try {
      return await turn;
    } finally {
      if (this.tails.get(key) === tail) this.tails.delete(key);
    }
  }
}
