import { SystemMonotonicClock } from '@latchkey/clock';

const clock = new SystemMonotonicClock();

interface Run<T> {
  ended: Promise<T>;
  /** What the callers came for is done, or the run has ended. */
  told: Promise<void>;
}

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
  private running: Run<T> | undefined;
  private begun = false;
  private next: Promise<Run<T>> | undefined;
  private shared: Shared<T> | undefined;
  private begunAtMs = -Infinity;

  /**
   * @param task  is given what it calls when only things are left to it that no caller of `told` waits for
   * @param everyMs  how long after the last run one begins for those who `share`
   */
  constructor(
    private readonly task: (tell: () => void) => Promise<T>,
    private readonly everyMs = 0,
  ) {}

  /** As soon as may be. */
  run(): Promise<T> {
    const run = this.nextRun();
    return run instanceof Promise ? run.then(({ ended }) => ended) : run.ended;
  }

  /** The same, without waiting for what is left to the run by then. */
  told(): Promise<void> {
    const run = this.nextRun();
    return run instanceof Promise ? run.then(({ told }) => told) : run.told;
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

  private nextRun(): Run<T> | Promise<Run<T>> {
    if (this.running === undefined) return this.begin();
    if (!this.begun) return this.running;
    // A run that begins between the end of this one and our turn began after the calls that wait: it serves them as well.
    const take = (): Run<T> => {
      this.next = undefined;
      return this.running ?? this.begin();
    };
    this.next ??= this.running.ended.then(take, take);
    return this.next;
  }

  private begin(): Run<T> {
    this.begun = false;
    this.begunAtMs = clock.nowMs();
    let tell: () => void = () => undefined;
    const early = new Promise<void>((resolve) => (tell = resolve));
    const ended = this.runInTurn(tell).finally(() => {
      this.running = undefined;
    });
    const told = Promise.race([early, ended.then(() => undefined)]);
    // Nobody may wait for it.
    told.catch(() => undefined);
    const run = { ended, told };
    this.running = run;
    clearTimeout(this.shared?.timer);
    this.shared?.follow(ended);
    this.shared = undefined;
    return run;
  }

  private async runInTurn(tell: () => void): Promise<T> {
    await new Promise<void>((resolve) => process.nextTick(resolve));
    this.begun = true;
    return this.task(tell);
  }
}
