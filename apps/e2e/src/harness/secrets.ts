import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Remembers every secret that a run has used, to look for them where none may be. */
export class Secrets {
  readonly #known = new Map<string, string>();

  /** Short values are left out: they would be found by chance. */
  add(name: string, value: string | undefined): void {
    if (value !== undefined && value.length >= 12) this.#known.set(value, name);
  }

  get size(): number {
    return this.#known.size;
  }

  /**
   * @returns "name in file" for each secret that stands in one of the directories' files
   * @throws when there is nothing to look at: an empty place proves nothing
   */
  findIn(directories: readonly string[]): string[] {
    return directories.flatMap((directory) => {
      const files = readdirSync(directory).map((name) => ({ name, text: readFileSync(join(directory, name), 'utf8') }));
      if (files.every(({ text }) => text === '')) throw new Error(`Nothing was logged in ${directory}`);
      return files.flatMap(({ name: file, text }) => [...this.#known].filter(([value]) => text.includes(value)).map(([, name]) => `${name} in ${file}`));
    });
  }
}
