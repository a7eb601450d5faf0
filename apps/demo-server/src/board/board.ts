/** One entry of a board. */
export interface Task {
  id: number;
  title: string;
  done: boolean;
  createdAt: string;
}

/** Holds the whole server to a size that a demonstration needs. */
const maxTasksPerBoard = 200;
const maxBoards = 1000;

/** A list of tasks; ids count up and are never used again. */
export class Board {
  readonly #tasks = new Map<number, Task>();
  #lastId = 0;

  list(): Task[] {
    return [...this.#tasks.values()];
  }

  find(id: number): Task | undefined {
    return this.#tasks.get(id);
  }

  /** @returns null when the board is full */
  add(title: string): Task | null {
    if (this.#tasks.size >= maxTasksPerBoard) return null;
    const task: Task = { id: ++this.#lastId, title, done: false, createdAt: new Date().toISOString() };
    this.#tasks.set(task.id, task);
    return task;
  }

  complete(id: number): Task | undefined {
    const task = this.#tasks.get(id);
    if (task !== undefined) task.done = true;
    return task;
  }

  delete(id: number): boolean {
    return this.#tasks.delete(id);
  }
}

/** One board per organization; callers whose organization is not proven share one. Kept in memory: a restart begins afresh. */
export class Boards {
  readonly #boards = new Map<string, Board>();

  of(org: string | undefined): Board {
    const key = org === undefined ? 'public' : `org:${org}`;
    const known = this.#boards.get(key);
    if (known !== undefined) return known;
    const board = new Board();
    board.add('Connect your MCP client to Latchkey');
    board.add('Mint a personal access token and call a tool with it');
    board.add('Revoke it, and watch the next call being refused');
    if (this.#boards.size < maxBoards) this.#boards.set(key, board);
    return board;
  }
}
