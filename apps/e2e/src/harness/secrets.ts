import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { disguisesOf } from './disguises.ts';

/** What is shorter would be found by chance. */
const shortest = 12;

/** Remembers every secret that a run has used, to look for them where none may be. */
export class Secrets {
  readonly #known = new Map<string, string>();

  add(name: string, value: string | undefined): void {
    if (value !== undefined && value.length >= shortest && !this.#known.has(value)) this.#known.set(value, name);
  }

  get size(): number {
    return this.#known.size;
  }

  /**
   * Looks for each of them, also in base64, hexadecimal, percent-encoded and inside of JSON strings.
   * @returns "name in file" for each that stands in one of the files below the directories; never the secret
   * @throws when there is nothing to look at: an empty place proves nothing
   */
  findIn(directories: readonly string[]): string[] {
    const forms = new Forms([...this.#known].flatMap(([value, name]) => disguisesOf(value).map((form) => [form, name] as const)));
    return directories.flatMap((directory) => {
      const files = filesBelow(directory).map((path) => ({ name: relative(directory, path), text: readFileSync(path, 'utf8') }));
      if (files.every(({ text }) => text === '')) throw new Error(`Nothing was logged in ${directory}`);
      return files.flatMap(({ name: file, text }) => [...forms.namesIn(text)].map((name) => `${name} in ${file}`));
    });
  }
}

const filesBelow = (directory: string): string[] =>
  readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });

/** Many texts that are looked for at once: by their first characters, so that a log is walked through once and not a thousand times. */
class Forms {
  readonly #byBeginning = new Map<string, [string, string][]>();
  readonly #firstCharacters = new Set<number>();

  constructor(forms: readonly (readonly [string, string])[]) {
    for (const [form, name] of forms) {
      const beginning = form.slice(0, shortest);
      this.#firstCharacters.add(pairAt(form, 0));
      this.#byBeginning.set(beginning, [...(this.#byBeginning.get(beginning) ?? []), [form, name]]);
    }
  }

  namesIn(text: string): Set<string> {
    const found = new Set<string>();
    for (let at = 0; at + shortest <= text.length; at++) {
      if (!this.#firstCharacters.has(pairAt(text, at))) continue;
      for (const [form, name] of this.#byBeginning.get(text.slice(at, at + shortest)) ?? []) if (text.startsWith(form, at)) found.add(name);
    }
    return found;
  }
}

const pairAt = (text: string, at: number): number => text.charCodeAt(at) * 65_536 + text.charCodeAt(at + 1);
