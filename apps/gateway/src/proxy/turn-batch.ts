/**
 * What comes in one turn of the event loop, handled together at the end of it. Hot path: between two requests lie the system calls that brought them, after
 * which nothing of ours is left in the processor's caches; of those that are handled one after the other only the first pays for that. A turn of a busy
 * gateway brings twenty. Nobody waits for a timer, and who comes alone is handled as soon as its turn has nothing else.
 */
export class TurnBatch<T> {
  private waiting: T[] = [];

  /** @param handle  gets all of a turn, in the order in which they came; must not throw, for one of them would take the others along */
  constructor(private readonly handle: (batch: T[]) => void) {}

  add(item: T): void {
    if (this.waiting.push(item) === 1) setImmediate(this.flush);
  }

  private readonly flush = (): void => {
    const batch = this.waiting;
    // What is added meanwhile is of the next turn.
    this.waiting = [];
    this.handle(batch);
  };
}
