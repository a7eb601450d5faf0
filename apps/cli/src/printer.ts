import type { World } from './world.ts';
import { table, type Column } from './text.ts';

type Colour = 'red' | 'green' | 'yellow';
const escapes: Readonly<Record<Colour, number>> = { red: 31, green: 32, yellow: 33 };

/** Says what a command found: to people, or with `--json` to programs. */
export class Printer {
  constructor(
    private readonly world: Pick<World, 'out' | 'err' | 'colours'>,
    readonly json: boolean,
  ) {}

  /** The one document of a command, or its text. */
  show(document: object, text: string): void {
    this.world.out(this.json ? `${JSON.stringify(document)}\n` : text);
  }

  /** A page of a list; with more to come, how to go on. */
  page<T extends object>(page: { items: readonly T[]; nextCursor: string | null }, columns: readonly Column<T>[]): void {
    this.show(page, page.items.length === 0 ? '' : table(columns, page.items));
    if (this.json) return;
    if (page.items.length === 0) this.note('There are none.');
    if (page.nextCursor !== null) this.note(`There are more: --cursor ${page.nextCursor}, or --all.`);
  }

  /** A whole list: a document for each line, as they come, so that any number of them will do. */
  async all<T extends object>(items: AsyncIterable<T>, columns: readonly Column<T>[]): Promise<void> {
    const seen: T[] = [];
    for await (const item of items) {
      if (this.json) this.world.out(`${JSON.stringify(item)}\n`);
      else seen.push(item);
    }
    if (!this.json) this.page({ items: seen, nextCursor: null }, columns);
  }

  /** On the way: to people, beside what was asked for. */
  note(text: string): void {
    this.world.err(`${text}\n`);
  }

  colour(colour: Colour, text: string): string {
    return this.world.colours.out && !this.json ? `\u001b[${escapes[colour]}m${text}\u001b[0m` : text;
  }
}
