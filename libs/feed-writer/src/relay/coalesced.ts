import { SystemMonotonicClock } from '@latchkey/clock';

const clock = new SystemMonotonicClock();

interface Shared<T> {
  promise: Promise<T>;
  follow: (run: Promise<T>) => void;
  timer: NodeJS.Timeout;
}

/**
 * Runs a task one at a time, so that whoever calls gets the result of a run that began after the call: calls during a run wait for the
 * next one and share it. A run begins once all that this turn of the event loop has settled is done with: who rings for a commit, and who waits for
 * what it staged, share one.
 */
export class Coalesced<T> {
  private running: Promise<T> | undefined;
  private begun = false;
  private next: Promise<T> | undefined;
  private shared: Shared<T> | undefined;
  private begunAtMs = -Infinity;

  /** @param everyMs  how long after the last run one begins for those who `share` */
  constructor(
    private readonly task: () => Promise<T>,
    private readonly everyMs = 0,
  ) {}

  /** As soon as may be. */
  run(): Promise<T> {
    if (this.running === undefined) return this.begin();
    if (!this.begun) return this.running;
    // A run that begins between the end of this one and our turn began after the calls that wait: it serves them as well.
    const take = (): Promise<T> => {
      this.next = undefined;
      return this.running ?? this.begin();
    };
    this.next ??= this.running.then(take, take);
    return this.next;
  }

  /** The next run, whoever begins it: any number of callers cause one run every `everyMs`. */
  share(): Promise<T> {
    this.shared ??= this.wait();
    return this.shared.promise;
  }

  private wait(): Shared<T> {
    let follow: (run: Promise<T>) => void = () => undefined;
    const promise = new Promise<T>((resolve) => (follow = resolve));
    // The timer is there also when nothing is to be waited for: all who call in this turn of the event loop share.
    const timer = setTimeout(() => void this.run().catch(() => undefined), Math.max(0, this.begunAtMs + this.everyMs - clock.nowMs()));
    return { promise, follow, timer };
  }

  private begin(): Promise<T> {
    this.begun = false;
    this.begunAtMs = clock.nowMs();
    const run = this.runInTurn().finally(() => {
      this.running = undefined;
    });
    this.running = run;
    clearTimeout(this.shared?.timer);
    this.shared?.follow(run);
    this.shared = undefined;
    return run;
  }

  private async runInTurn(): Promise<T> {
    await new Promise<void>((resolve) => process.nextTick(resolve));
    this.begun = true;
    return this.task();
  }
}
