import { invariant } from '@latchkey/problem';

/**
 * What will be there later, for the one who waits for it. Hot path: a promise costs what whoever settles it and whoever waits are made of, and a turn of
 * the queue of microtasks; here who waits is called in the step in which it is settled. Elsewhere it can be awaited like any other.
 */
export class Later<T> implements PromiseLike<T> {
  private state: 'open' | 'there' | 'refused' = 'open';
  private outcome: unknown;
  private onThere: ((value: never) => void) | null = null;
  private onRefused: ((error: unknown) => void) | null = null;

  static refused<T>(error: unknown): Later<T> {
    const later = new Later<T>();
    later.refuse(error);
    return later;
  }

  /** Only the first of what it is settled with counts. */
  give(value: T): void {
    if (this.state !== 'open') return;
    this.state = 'there';
    if (this.onThere === null) this.outcome = value;
    else this.onThere(value as never);
  }

  refuse(error: unknown): void {
    if (this.state !== 'open') return;
    this.state = 'refused';
    if (this.onRefused === null) this.outcome = error;
    else this.onRefused(error);
  }

  /** Whether it is there, and nothing has to be waited for; `whenSettled` would call at once. */
  get isThere(): boolean {
    return this.state === 'there';
  }

  /** What is there, and nobody waits for */
  get value(): T {
    invariant(this.isThere, 'it is there');
    return this.outcome as T;
  }

  /** Calls one of the two, once: at once where it is settled already. */
  whenSettled(onThere: (value: T) => void, onRefused: (error: unknown) => void): void {
    invariant(this.onThere === null, 'one waits for it, and no more');
    this.onThere = onThere;
    this.onRefused = onRefused;
    if (this.state === 'there') onThere(this.outcome as T);
    else if (this.state === 'refused') onRefused(this.outcome);
  }

  then<R = T, S = never>(onThere?: ((value: T) => R | PromiseLike<R>) | null, onRefused?: ((error: unknown) => S | PromiseLike<S>) | null): Promise<R | S> {
    return new Promise<T>((resolve, reject) => this.whenSettled(resolve, reject)).then(onThere, onRefused);
  }
}
