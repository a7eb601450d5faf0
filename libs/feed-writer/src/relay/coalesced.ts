/**
 * Runs a task one at a time, so that whoever calls gets the result of a run that began after the call: calls during a run wait for the
 * next one and share it.
 */
export class Coalesced<T> {
  private running: Promise<T> | undefined;
  private next: Promise<T> | undefined;

  constructor(private readonly task: () => Promise<T>) {}

  run(): Promise<T> {
    if (this.running === undefined) return this.begin();
    // A run that begins between the end of this one and our turn began after the calls that wait: it serves them as well.
    const take = (): Promise<T> => {
      this.next = undefined;
      return this.running ?? this.begin();
    };
    this.next ??= this.running.then(take, take);
    return this.next;
  }

  private begin(): Promise<T> {
    const run = this.task().finally(() => {
      this.running = undefined;
    });
    this.running = run;
    return run;
  }
}
