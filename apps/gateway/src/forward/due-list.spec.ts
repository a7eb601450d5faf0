import { eventually } from '@latchkey/testing';
import { DueLists, type Due } from './due-list.ts';

class Waiting implements Due {
  dueAtMs = 0;
  before: Due | null = null;
  after: Due | null = null;
  calledAtMs: number | null = null;
  constructor(private readonly then: () => void = () => undefined) {}
  onDue(): void {
    this.calledAtMs = performance.now();
    this.then();
  }
}

describe('DueLists', () => {
  it('calls what is due after its time, in its order, and nothing that was removed', async () => {
    const lists = new DueLists();
    const called: number[] = [];
    const entries = Array.from({ length: 6 }, (_, n) => new Waiting(() => called.push(n)));
    const beganMs = performance.now();
    const list = entries.map((entry) => lists.add(entry, 30))[0]!;
    // First, last and between.
    for (const at of [0, 3, 5]) list.remove(entries[at]!);
    await eventually(() => expect(called).toEqual([1, 2, 4]));
    for (const at of called) expect(entries[at]!.calledAtMs! - beganMs).toBeGreaterThanOrEqual(29);
    for (const at of [0, 3, 5]) expect(entries[at]!.calledAtMs).toBeNull();
  });

  it('waits for the next of a list after one that was due, and for the first of one that was empty', async () => {
    const lists = new DueLists();
    const [first, second] = [new Waiting(), new Waiting()];
    lists.add(first, 20);
    await eventually(() => expect(first.calledAtMs).not.toBeNull());
    lists.add(second, 20).remove(second);
    const third = new Waiting();
    await new Promise((resolve) => setTimeout(resolve, 10));
    lists.add(third, 20);
    await eventually(() => expect(third.calledAtMs).not.toBeNull());
    expect(third.calledAtMs! - third.dueAtMs).toBeGreaterThanOrEqual(-1);
    expect(second.calledAtMs).toBeNull();
  });

  it('takes what is put in by what is due, and removed by it', async () => {
    const lists = new DueLists();
    const [again, gone] = [new Waiting(), new Waiting()];
    const first = new Waiting(() => {
      list.remove(gone);
      lists.add(again, 15);
    });
    const list = lists.add(first, 15);
    lists.add(gone, 15);
    await eventually(() => expect(again.calledAtMs).not.toBeNull());
    expect(again.calledAtMs! - first.calledAtMs!).toBeGreaterThanOrEqual(14);
    expect(gone.calledAtMs).toBeNull();
  });

  it('keeps times apart', async () => {
    const lists = new DueLists();
    const [long, short] = [new Waiting(), new Waiting()];
    const list = lists.add(long, 60_000);
    lists.add(short, 10);
    await eventually(() => expect(short.calledAtMs).not.toBeNull());
    expect(long.calledAtMs).toBeNull();
    list.remove(long);
  });
});
