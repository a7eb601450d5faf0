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

  /** @returns "name in file" for each secret that stands in one of the directory's files */
  findIn(directory: string): string[] {
    return readdirSync(directory).flatMap((file) => {
      const text = readFileSync(join(directory, file), 'utf8');
      return [...this.#known].filter(([value]) => text.includes(value)).map(([, name]) => `${name} in ${file}`);
    });
  }
}
