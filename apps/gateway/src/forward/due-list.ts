/** What is due after a while, unless it is removed before; in one list at a time. */
export interface Due {
  dueAtMs: number;
  before: Due | null;
  after: Due | null;
  onDue(): void;
}

/** A timer fires within the millisecond before its time. */
const slackMs = 1;

/**
 * Everything that is due after the same time, in the order in which it was put in, and one timer for all of it. Hot path: nearly all of it is removed
 * long before, and to make a timer and to take it back costs more than the rest of its keeping.
 */
class DueList {
  private first: Due | null = null;
  private last: Due | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly afterMs: number,
    private readonly onEmpty: () => void,
  ) {}

  add(due: Due): void {
    due.dueAtMs = performance.now() + this.afterMs;
    due.before = this.last;
    if (this.last === null) this.first = due;
    else this.last.after = due;
    this.last = due;
    if (this.timer === null) this.arm(this.afterMs);
  }

  remove(due: Due): void {
    if (due.before === null) this.first = due.after;
    else due.before.after = due.after;
    if (due.after === null) this.last = due.before;
    else due.after.before = due.before;
    due.before = due.after = null;
  }

  private arm(afterMs: number): void {
    // What is waited for has a connection of its own that keeps the process alive.
    this.timer = setTimeout(() => this.look(), afterMs).unref();
  }

  private look(): void {
    this.timer = null;
    const nowMs = performance.now() + slackMs;
    for (let due = this.first; due !== null && due.dueAtMs <= nowMs; due = this.first) {
      this.remove(due);
      due.onDue();
    }
    if (this.first === null) this.onEmpty();
    else if (this.timer === null) this.arm(this.first.dueAtMs - performance.now());
  }
}

/** Lists by how long it takes until what is in them is due; there are as many as there are settings. */
export class DueLists {
  private readonly lists = new Map<number, DueList>();

  /** @returns what it is removed from, by whoever is not waited for any more; of what was due it is removed already */
  add(due: Due, afterMs: number): Pick<DueList, 'remove'> {
    let list = this.lists.get(afterMs);
    if (list === undefined) this.lists.set(afterMs, (list = new DueList(afterMs, () => this.lists.delete(afterMs))));
    list.add(due);
    return list;
  }
}
